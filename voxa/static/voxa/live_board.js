"use strict";
// Keeps the live board current: polls the rows and merges them cell by cell, so that focus, selection and scroll stay.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("vx-live");
  if (!form) return;
  const EVERY = 2000; // ms
  const part = (name) => document.getElementById(`vx-live-${name}`);
  const boxes = () => [...form.querySelectorAll("input[name=id]")];
  // Changing equal text would make a screen reader repeat it.
  const write = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  const countSelected = () => {
    if (!part("selected")) return;
    const all = boxes();
    const chosen = all.filter((box) => box.checked).length;
    write(part("selected"), chosen ? form.dataset.selected.replace("COUNT", chosen) : "");
    part("all").checked = chosen > 0 && chosen === all.length;
    part("all").indeterminate = chosen > 0 && chosen < all.length;
  };

  const describe = (rows) => {
    write(part("count"), rows.dataset.count);
    write(part("updated"), rows.dataset.updated);
    if (rows.dataset.outcome) write(part("outcome"), rows.dataset.outcome);
    countSelected();
  };

  const merge = (fresh) => {
    const rows = part("rows");
    const focused = document.activeElement;
    const kept = new Set([...fresh.rows].map((row) => row.id));
    [...rows.rows].filter((row) => !kept.has(row.id)).forEach((row) => row.remove());
    [...fresh.rows].forEach((row, place) => {
      const old = document.getElementById(row.id);
      if (!old) return rows.insertBefore(row, rows.rows[place] ?? null);
      [...row.cells].forEach((cell, column) => {
        if (old.cells[column].innerHTML !== cell.innerHTML) old.cells[column].innerHTML = cell.innerHTML;
      });
    });
    // Never to a neighbor's button: the next key press would hang up another call.
    if (!focused.isConnected) part("heading").focus({ preventScroll: true });
    describe(fresh);
  };

  const ask = async (url, options = {}) => {
    try {
      const answer = await fetch(url, { ...options, headers: { "X-Requested-With": "fetch" } });
      const page = new DOMParser().parseFromString(`<table>${await answer.text()}</table>`, "text/html");
      const fresh = page.getElementById("vx-live-rows");
      if (!answer.ok || !fresh) throw new Error(answer.redirected ? form.dataset.signIn : form.dataset.responded.replace("CODE", answer.status));
      merge(fresh);
    } catch (error) {
      const why = error instanceof TypeError ? form.dataset.away : error.message;
      write(part("outcome"), `${form.dataset.late} ${why}`);
      return false;
    }
    return true;
  };

  let late = false;
  const poll = async () => {
    if (!document.hidden) {
      const current = await ask(form.dataset.rows);
      if (current && late) write(part("outcome"), form.dataset.again);
      late = !current;
    }
    setTimeout(poll, EVERY);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(location.pathname, { method: "POST", body: new FormData(form, event.submitter) });
  });
  // Enter in a checkbox would submit the form: a person who selects calls would hang them up.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.type === "checkbox") event.preventDefault();
  });
  form.addEventListener("change", (event) => {
    if (event.target === part("all")) boxes().forEach((box) => (box.checked = event.target.checked));
    countSelected();
  });
  describe(part("rows"));
  setTimeout(poll, EVERY);
});
