// The view Alerts: alerts and quarantine.

import { h, show, table } from "./dom.js";
import { get } from "./api.js";
import { moment, number, streamName } from "./words.js";

/** Lists alerts with message, remedy and time. */
export function alertList(alerts) {
  return h("ul", { class: "alerts" }, alerts.map(alert =>
    h("li", { class: alert.cleared_at ? "past" : "open" },
      h("p", { class: "what" }, h("strong", {}, alert.message)),
      alert.remedy ? h("p", { class: "remedy" }, h("span", { class: "tag" }, "Remedy"), alert.remedy) : null,
      h("p", { class: "when" }, `${streamName(alert.stream)} · ${alert.condition} · since `,
        h("time", { datetime: alert.raised_at }, moment(alert.raised_at)),
        alert.cleared_at ? ` · cleared ${moment(alert.cleared_at)}` : null))));
}

export function alertsView() {
  const alerts = h("section", { "aria-label": "Alerts" });
  const quarantine = h("section", { "aria-label": "Quarantine" });
  let more = 1;

  async function slow() {
    const [all, bad] = await Promise.all([get("alerts"), get("quarantine", { limit: 50 })]);
    show(alerts, all, () => {
      const open = all.alerts.filter(alert => !alert.cleared_at);
      const past = all.alerts.filter(alert => alert.cleared_at);
      return [
        h("h2", {}, open.length ? `Open alerts (${open.length})` : "No open alerts"),
        open.length ? alertList(open) : null,
        past.length ? h("h2", {}, "Past alerts") : null,
        past.length ? alertList(past) : null,
      ];
    });
    if (show(quarantine, bad, () => [
      h("h2", {}, bad.open ? `Quarantine (${number(bad.open)})` : "Quarantine is empty"),
      bad.open ? h("p", { class: "note" }, "Rows that could not be stored. After an update, retry them in the view Now.") : null,
      bad.open ? table("Reasons", [
        { title: "Reason", cell: row => row.reason },
        { title: "Rows", class: "number", cell: row => number(row.rows) },
      ], bad.reasons) : null,
      bad.open ? rows(bad.rows) : null,
      bad.next_cursor ? moreButton(bad.next_cursor) : null,
    ])) more = 1;
  }

  function rows(list) {
    return table(more > 1 ? `Quarantined rows, part ${more}` : "Quarantined rows", [
      { title: "No.", cell: row => row.id },
      { title: "Reason", class: "words", cell: row => row.reason },
      { title: "Stream", cell: row => streamName(row.stream) },
      { title: "Run", cell: row => row.run_id === null ? "" : `#${row.run_id}` },
      { title: "Since", cell: row => h("time", { datetime: row.quarantined_at }, moment(row.quarantined_at)) },
      { title: "Content", cell: row => content(row) },
    ], list);
  }

  function content(row) {
    const place = h("div");
    const button = h("button", { type: "button", "aria-expanded": "false", onclick: async () => {
      const closed = button.getAttribute("aria-expanded") === "false";
      button.setAttribute("aria-expanded", String(closed));
      button.textContent = closed ? "Hide" : "Show";
      place.replaceChildren();
      if (closed) place.append(h("pre", { tabindex: "0", role: "region", "aria-label": `Row ${row.id}` }, (await get(`quarantine/${row.id}`)).payload));
    } }, "Show");
    return h("div", {}, button, place);
  }

  function moreButton(cursor) {
    const button = h("button", { type: "button", onclick: async () => {
      const next = await get("quarantine", { limit: 50, cursor });
      more += 1;
      button.replaceWith(rows(next.rows), ...next.next_cursor ? [moreButton(next.next_cursor)] : []);
    } }, "More");
    return button;
  }

  return { title: "Alerts", nodes: [h("h1", {}, "Alerts"), alerts, quarantine], slow };
}
