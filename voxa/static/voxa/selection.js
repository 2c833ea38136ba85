"use strict";
// A searched select reports its choice to jQuery only; the preview listens to the form.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("vx-selection");
  if (!form || !window.django) return;
  django.jQuery(form).on("select2:select select2:clear", (event) => {
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
});
