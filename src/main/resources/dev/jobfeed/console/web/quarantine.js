// The quarantine: rows that could not be stored, with their reasons and contents.

import { button, card, copy, empty, facts, h, head, json, ranking, show, table } from "./dom.js";
import { get } from "./api.js";
import { ask } from "./actions.js";
import { many, moment, number, streamName } from "./words.js";

export function quarantine() {
  const title = h("div");
  const reasons = h("div");
  const list = h("div");
  let extra = [];
  let next = null;

  async function slow() {
    const answer = await get("quarantine", { limit: 50 });
    const changed = show(title, answer.open, open => head("Quarantine",
      open ? `${many(open, "row")} could not be stored. Retrying sends no request and costs nothing.` : null,
      open ? button(`Retry all ${many(open, "row")}`, "primary", () => ask("jobs", "retry-quarantine")) : null));
    if (changed) extra = [];
    const max = Math.max(1, ...answer.reasons.map(reason => reason.rows));
    show(reasons, answer.reasons, all => all.length ? card("Reasons", null, ranking(all.map(reason => ({
      name: reason.reason, share: reason.rows / max, text: number(reason.rows) })))) : null);
    if (!extra.length) next = answer.next_cursor;
    rows([...answer.rows, ...extra], answer.open);
  }

  function rows(all, open) {
    show(list, all, () => all.length === 0 ? h("section", { class: "card" }, empty("box", "No quarantined rows",
      "A row that cannot be stored, for example without an id, is kept here with its reason and its content. The run continues without it."))
      : h("section", { class: "card" }, table("Quarantined rows", [
        { title: "Row", class: "t", cell: row => h("a", { href: `#/quarantine/${row.id}` }, row.id) },
        { title: "Reason", class: "t words msg", cell: row => row.reason },
        { title: "Stream", cell: row => streamName(row.stream) },
        { title: "Run", class: "num", cell: row => row.run_id === null ? "–" : h("a", { href: `#/runs/${row.run_id}` }, row.run_id) },
        { title: "Since", cell: row => h("time", { class: "nowrap", datetime: row.quarantined_at, title: row.quarantined_at }, moment(row.quarantined_at)) },
      ], all), h("div", { class: "pager" }, h("span", { class: "grow" }, `${number(all.length)} of ${number(open)}`),
        next ? button("Load more", "", async () => {
          const answer = await get("quarantine", { limit: 50, cursor: next });
          extra = [...extra, ...answer.rows];
          next = answer.next_cursor;
          rows([...all, ...answer.rows], open);
        }) : null)));
  }

  return { title: "Quarantine", nodes: [title, reasons, list], slow };
}

/** Shows one row with its content. */
export function quarantinedRow(id) {
  const place = h("div", { class: "stack" });
  return {
    title: `Quarantined row ${id}`,
    nodes: [head(`Quarantined row ${id}`, null, null, h("a", { href: "#/quarantine" }, "Quarantine")), place],
    async start() {
      const row = await get(`quarantine/${encodeURIComponent(id)}`);
      place.replaceChildren(h("section", { class: "card" },
        h("header", {}, h("h2", { class: row.closed_at ? null : "bad" }, row.reason), h("div", { class: "end" },
          button("Copy content", "quiet", () => copy(row.payload), "copy"))),
        h("div", { class: "body" }, facts([
          ["State", row.closed_at ? `Closed ${moment(row.closed_at)}` : "Open"],
          ["Stream", streamName(row.stream)],
          ["Job", row.job_id ? h("a", { href: `#/jobs/${row.job_id}` }, h("code", {}, row.job_id)) : "no valid id"],
          ["Run", row.run_id === null ? "none" : h("a", { href: `#/runs/${row.run_id}` }, row.run_id)],
          ["Since", moment(row.quarantined_at, true)]])),
        json(row.payload, "Row as delivered")));
    },
  };
}
