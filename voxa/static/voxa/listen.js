"use strict";
// Plays a call to somebody who listens in: joins its room with a token that allows to hear alone.
document.addEventListener("DOMContentLoaded", () => {
  const page = document.getElementById("vx-listen");
  if (!page) return;
  const part = (name) => document.getElementById(`vx-listen-${name}`);
  const [start, end] = ["start", "end"].map(part);
  let room = null;

  const say = (text) => { part("status").textContent = text; };
  const toggle = (running) => {
    const focus = page.contains(document.activeElement);
    start.hidden = running;
    end.hidden = !running;
    if (focus) (running ? end : start.querySelector("button")).focus();
  };
  const over = (text) => {
    room = null;
    page.querySelectorAll("audio").forEach((sound) => sound.remove());
    toggle(false);
    say(text);
  };

  const join = async () => {
    const csrf = start.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch("", { method: "POST", headers: { "X-CSRFToken": csrf, "X-Requested-With": "fetch" } });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok || !told.token) throw new Error(told.message || "Reload the page and sign in again.");
    const mine = new LivekitClient.Room();
    mine.on("trackSubscribed", (track) => { if (track.kind === "audio") page.append(track.attach()); });
    mine.on("trackUnsubscribed", (track) => track.detach().forEach((sound) => sound.remove()));
    mine.on("disconnected", () => { if (room === mine) over("Ended. The call is over, or the connection was lost."); });
    room = mine;
    await mine.connect(told.url, told.token);
  };

  start.addEventListener("submit", async (event) => {
    event.preventDefault();
    toggle(true);
    say("Connecting…");
    try {
      await join();
      say("Listening");
    } catch (error) {
      const failed = room;
      over(`Not listening. ${error.message}`);
      failed?.disconnect();
    }
  });
  end.addEventListener("click", () => {
    const mine = room;
    over("Not listening");
    mine?.disconnect();
  });
  window.addEventListener("pagehide", () => room?.disconnect());
});
