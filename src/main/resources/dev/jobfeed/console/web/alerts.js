// The alerts: what needs an operator, and what did.

import { empty, h, head, icon, link, show, table } from "./dom.js";
import { get } from "./api.js";
import { toneOf } from "./status.js";
import { ago, duration, moment, seconds, streamName } from "./words.js";

/** Shows an open alert with its remedy. */
export function alertItem(alert) {
  const tone = toneOf(alert);
  const run = alert.message.match(/\brun (\d+)\b/i)?.[1];
  return h("article", { class: "alert" }, icon(tone, tone), h("div", {},
    h("h3", {}, alert.message),
    alert.remedy ? h("p", { class: "fix" }, h("b", {}, "What to do: "), alert.remedy) : null,
    h("p", { class: "meta" }, h("code", {}, alert.condition), h("span", {}, streamName(alert.stream)),
      h("time", { datetime: alert.raised_at, title: alert.raised_at }, `since ${moment(alert.raised_at)}, ${ago(alert.raised_at)}`))),
  h("div", { class: "row acts" },
    alert.condition === "reconcile-held" ? link("Review jobs", "#/review") : null,
    run ? link(`Open run ${run}`, `#/runs/${run}`) : null));
}

export function alertsView() {
  const place = h("div", { class: "stack" });

  async function slow() {
    const { alerts } = await get("alerts");
    show(place, alerts, () => {
      const open = alerts.filter(alert => !alert.cleared_at);
      const past = alerts.filter(alert => alert.cleared_at);
      return [
        open.length ? h("section", { class: "card", "aria-label": "Open alerts" },
          h("header", {}, h("h2", {}, "Open"), h("span", { class: "n" }, open.length)), open.map(alertItem))
          : h("section", { class: "card" }, empty("ok", "No open alerts", past.length
            ? `The last one, ${past[0].condition}, was cleared ${ago(past[0].cleared_at)}.` : "Nothing has needed attention so far.")),
        past.length ? h("section", { class: "card" }, h("header", {}, h("h2", {}, "Cleared"), h("span", { class: "end" }, past.length)),
          table("Cleared alerts", [
            { title: "Condition", class: "t", cell: alert => h("code", {}, alert.condition) },
            { title: "Message", class: "t words msg", cell: alert => alert.message },
            { title: "Stream", cell: alert => streamName(alert.stream) },
            { title: "Raised", cell: alert => h("time", { class: "nowrap", datetime: alert.raised_at, title: alert.raised_at }, moment(alert.raised_at)) },
            { title: "Open for", class: "num", cell: alert => duration(seconds(alert.raised_at, alert.cleared_at)) },
          ], past)) : null];
    });
  }

  return {
    title: "Alerts",
    nodes: [head("Alerts", "Each open alert says what to do. It is cleared automatically when its cause is gone."), place],
    slow,
  };
}

