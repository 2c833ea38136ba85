"use strict";
// A test conversation with an agent: microphone and sound by LiveKit's client, transcript by the worker's messages.
document.addEventListener("DOMContentLoaded", () => {
  const page = document.getElementById("vx-talk");
  if (!page) return;
  const EVENTS = "voxa.test";
  const TEXT = "voxa.text";
  const AGENT_WITHIN = 15000; // ms
  const part = (name) => document.getElementById(`vx-talk-${name}`);
  const [start, end, write, log] = ["start", "end", "write", "log"].map(part);
  const csrf = start.querySelector("[name=csrfmiddlewaretoken]").value;
  let talk = null; // room, id, microphone and timer of the conversation in progress

  const say = (text) => { part("status").textContent = text; };
  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  };
  const seconds = (value) => `${value.toFixed(1)} s`;
  const add = (kind, heading, text, note) => {
    const line = element("li", `vx-talk-${kind}`, "");
    const head = element("p", "vx-quiet", heading);
    if (note) head.append(" · ", note);
    line.append(head, element("p", "", text));
    log.append(line);
    log.scrollTop = log.scrollHeight;
  };

  const show = {
    ready: () => {
      clearTimeout(talk.timer);
      say(talk.microphone ? "The agent is listening. Speak, or write below." : "The agent is there. Write below.");
    },
    turn: (told) => {
      const note = told.latencySeconds === undefined ? "" : `answered after ${seconds(told.latencySeconds)}`;
      add(told.speaker, told.speaker === "agent" ? "Agent" : "You", told.text, note);
    },
    tool: (told) => {
      const note = `${told.ok ? "done" : "failed"} in ${seconds(told.seconds)}`;
      add("tool", `Tool ${told.name}`, `${told.arguments} → ${told.result}`, note);
    },
    unread: () => add("tool", "Not sent", "This agent takes no text. Start with the microphone.", ""),
    end: (told) => { talk.ending = told.detail || (told.reason === "agent_hung_up" ? "The agent ended the conversation." : ""); },
  };

  const toggle = (running) => {
    start.hidden = running;
    end.hidden = write.hidden = !running;
  };

  const over = (why) => {
    if (!talk) return;
    clearTimeout(talk.timer);
    talk.microphone?.stop();
    talk.sounds.forEach((sound) => sound.remove());
    const focus = page.contains(document.activeElement);
    talk = null;
    toggle(false);
    say(`Ended. ${why}`.trim());
    if (focus) start.querySelector("button").focus();
  };

  const post = async (url, values) => {
    const answer = await fetch(url, {
      method: "POST", body: new URLSearchParams(values), headers: { "X-CSRFToken": csrf, "X-Requested-With": "fetch" },
    });
    if (answer.status === 204) return {};
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.message || (answer.redirected ? "Sign in again." : `The server responded ${answer.status}.`));
    return told;
  };

  const join = async (told, microphone) => {
    const room = new LivekitClient.Room();
    const mine = { room, microphone, id: told.id, sounds: [], ending: "" };
    talk = mine;
    room.on("trackSubscribed", (track) => {
      if (track.kind !== "audio") return;
      const sound = track.attach();
      mine.sounds.push(sound);
      page.append(sound);
    });
    room.on("dataReceived", (data, sender, kind, topic) => {
      if (topic !== EVENTS || talk !== mine) return;
      const event = JSON.parse(new TextDecoder().decode(data));
      show[event.type]?.(event);
    });
    room.on("disconnected", () => { if (talk === mine) over(mine.ending); });
    await room.connect(told.url, told.token);
    if (microphone) await room.localParticipant.publishTrack(microphone);
    mine.timer = setTimeout(() => say("No agent has joined yet. Check that an agent worker is running."), AGENT_WITHIN);
  };

  const open = async (medium) => {
    let microphone = null;
    log.replaceChildren();
    toggle(true);
    say("Connecting…");
    if (medium === "voice") {
      try {
        microphone = await LivekitClient.createLocalAudioTrack({ echoCancellation: true, noiseSuppression: true });
      } catch (error) {
        toggle(false);
        say("The browser gives no microphone. Allow it for this page, or start in writing.");
        return;
      }
    }
    try {
      const told = await post("", { medium });
      await join(told, microphone);
      if (!microphone) part("text").focus();
      else end.focus();
    } catch (error) {
      microphone?.stop();
      const room = talk?.room;
      if (talk) post(page.dataset.end, { test: talk.id }).catch(() => {});
      clearTimeout(talk?.timer);
      talk = null;
      room?.disconnect();
      toggle(false);
      say(`Not started. ${error.message}`);
    }
  };

  start.addEventListener("submit", (event) => {
    event.preventDefault();
    open(event.submitter?.value || "voice");
  });
  end.addEventListener("click", async () => {
    if (!talk) return;
    const { room, id } = talk;
    over("");
    await post(page.dataset.end, { test: id }).catch(() => {});
    await room.disconnect();
  });
  write.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = part("text").value.trim();
    if (!text || !talk) return;
    talk.room.localParticipant.publishData(new TextEncoder().encode(text), { reliable: true, topic: TEXT });
    part("text").value = "";
  });
  window.addEventListener("pagehide", () => talk?.room.disconnect());
});
