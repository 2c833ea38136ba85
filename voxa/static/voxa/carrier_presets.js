"use strict";
// Fills the trunk form in from the chosen carrier's preset. What a person typed, and what is stored, stays.
document.addEventListener("DOMContentLoaded", () => {
  const carrier = document.querySelector("select[name=carrier][data-presets]");
  const firstGateway = document.querySelector("[name=gateways-0-ip_or_domain]");
  if (!carrier || !firstGateway) return;

  const presets = JSON.parse(carrier.dataset.presets);
  const names = {
    host: "gateways-0-ip_or_domain",
    port: "gateways-0-port",
    protocol: "gateways-0-protocol",
    leading_plus: "leading_plus",
    tech_prefix: "tech_prefix",
    media_encryption: "media_encryption",
  };
  const isNew = !document.querySelector("[name=gateways-0-id]")?.value;
  const read = (field) => (field.type === "checkbox" ? field.checked : field.value);
  const write = (field, value) => {
    if (field.type === "checkbox") field.checked = value;
    else field.value = value;
  };
  const fields = {};
  for (const [key, name] of Object.entries(names)) {
    const field = document.querySelector(`[name=${name}]`);
    if (field) fields[key] = { field, untouched: read(field), empty: read(field) };
  }

  const note = document.createElement("p");
  note.id = "carrier-note";
  note.className = "vx-quiet mt-2";
  carrier.parentElement.after(note);

  const tell = (preset) => {
    firstGateway.placeholder = preset?.host_pattern ?? "";
    note.textContent = preset?.note ?? "";
    for (const [place, source] of (preset?.sources ?? []).entries()) {
      const link = document.createElement("a");
      Object.assign(link, { href: source, rel: "noreferrer", target: "_blank", className: "vx-link" });
      link.textContent = `Source ${place + 1}`;
      note.append(" ", link);
    }
  };
  const fill = (preset) => {
    for (const [key, one] of Object.entries(fields)) {
      if (read(one.field) !== one.untouched) continue;
      write(one.field, preset ? preset[key] : one.empty);
      one.untouched = read(one.field);
    }
  };
  carrier.addEventListener("change", () => {
    const preset = presets[carrier.value];
    tell(preset);
    if (isNew) fill(preset);
  });
  tell(presets[carrier.value]);
  // The operator's own carrier is chosen from the start; a form that came back with errors stays as it was sent.
  if (isNew && carrier.value && !firstGateway.value) fill(presets[carrier.value]);
});
