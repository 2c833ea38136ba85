"use strict";
// The transcript follows the recording: the turn that is heard is marked, and a turn's button plays from there.
document.addEventListener("DOMContentLoaded", () => {
  const players = () => [...document.querySelectorAll("audio[data-began]")];
  const turns = () => [...document.querySelectorAll(".vx-turn")];
  const began = (audio) => Number(audio.dataset.began);

  const follow = (audio) => {
    const now = began(audio) + audio.currentTime;
    const heard = turns().filter((turn) => Number(turn.dataset.at) <= now).pop();
    turns().forEach((turn) => {
      if (turn === heard) turn.setAttribute("aria-current", "true");
      else turn.removeAttribute("aria-current");
    });
    if (heard && !audio.paused && heard !== follow.last) heard.scrollIntoView({ block: "nearest" });
    follow.last = heard;
  };

  const play = (turn) => {
    const at = Number(turn.dataset.at);
    const audio = players().filter((one) => began(one) <= at).pop() ?? players()[0];
    const seek = () => (audio.currentTime = Math.max(0, at - began(audio)));
    if (audio.readyState) seek();
    else audio.addEventListener("loadedmetadata", seek, { once: true });
    players().forEach((one) => one !== audio && one.pause());
    audio.play().catch(() => {}); // the player itself shows that the file cannot be played
  };

  // The panel is replaced while the call lasts, so buttons are made whenever it is.
  const prepare = () => {
    if (!players().length) return;
    turns().forEach((turn) => {
      const time = turn.querySelector("time");
      if (!time || time.querySelector("button")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "vx-seek";
      button.textContent = time.textContent;
      button.setAttribute("aria-label", `Play from ${time.textContent}`);
      button.addEventListener("click", () => play(turn));
      time.replaceChildren(button);
    });
    players().forEach((audio) => (audio.ontimeupdate = () => follow(audio)));
  };
  prepare();
  document.body.addEventListener("htmx:afterSettle", prepare);
});
