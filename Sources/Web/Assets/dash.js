"use strict";
// Keeps a campaign's page up to date, and shows moments in the reader's own time. Every page works without it.
(function () {
  function localTimes(root) {
    const form = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
    root.querySelectorAll("time[datetime]").forEach(function (element) {
      const moment = new Date(element.dateTime);
      if (isNaN(moment)) { return; }
      element.title = element.dateTime;
      element.textContent = form.format(moment);
    });
  }

  function show(figures) {
    for (const [name, text] of Object.entries(figures.texts)) {
      document.querySelectorAll('[data-live="' + name + '"]').forEach(function (element) {
        if (element.textContent !== text) { element.textContent = text; }
      });
    }
    for (const part of figures.bar) {
      const rect = document.querySelector('#figures [data-bar="' + part.state + '"]');
      if (!rect) { continue; }
      rect.setAttribute("x", part.x);
      rect.setAttribute("width", part.width);
    }
  }

  // The charts come as a piece of the page, every ten seconds, and not while nobody looks or their numbers are being read.
  async function renewCharts(path) {
    if (document.visibilityState !== "visible" || document.querySelector("#figures details[open]")) { return; }
    const place = document.getElementById("figures");
    if (place.contains(document.activeElement)) { return; }
    const answer = await fetch(path, { redirect: "error" });
    if (!answer.ok) { return; }
    place.innerHTML = await answer.text();
    localTimes(place);
  }

  function follow(live) {
    const state = document.getElementById("campaign-state").dataset.state;
    const source = new EventSource(live.dataset.source);
    source.addEventListener("figures", function (event) {
      const figures = JSON.parse(event.data);
      // Another state has other buttons.
      if (figures.state !== state) { source.close(); location.reload(); return; }
      live.textContent = "live";
      live.classList.add("on");
      show(figures);
    });
    const charts = setInterval(function () { renewCharts(live.dataset.figures).catch(function () {}); }, 10000);
    source.addEventListener("error", function () {
      if (source.readyState === EventSource.CLOSED) { clearInterval(charts); }
      live.classList.remove("on");
      live.textContent = source.readyState === EventSource.CLOSED ? "not live any more: load the page again" : "connecting again";
    });
  }

  localTimes(document);
  const live = document.getElementById("live");
  if (live) { follow(live); }
})();
