// The code is in the fragment of the link, which browsers send to no server. It is posted, and leaves the address bar.
const code = window.location.hash.slice(1);
if (code) {
  window.history.replaceState(null, "", window.location.pathname);
  document.getElementById("code").value = code;
  document.getElementById("invitation-code").submit();
}
