// The expiry review: the jobs that wait for a decision, before they expire.

import { button, card, empty, h, head, icon, ranking, show, table, tag } from "./dom.js";
import { get } from "./api.js";
import { ask } from "./actions.js";
import { many, moment, number, percent } from "./words.js";

const REASONS = { reconciled: "not delivered by a resync", filtered: "outside the new filters", swept: "listed as expired" };

export function review() {
  const title = h("div");
  const summary = h("div");
  const grid = h("div", { class: "grid" });
  let extra = [];
  let next = null;
  let key = null;

  async function slow() {
    const [held, counts] = await Promise.all([get("pending-expiry"), get("counts")]);
    if (JSON.stringify([held.total, held.sources]) !== key) {
      key = JSON.stringify([held.total, held.sources]);
      extra = [];
      next = held.next_cursor;
    }
    const run = held.jobs[0]?.run_id;
    show(title, [held.total, run], () => head(held.total ? `Review ${many(held.total, "job")} before they expire` : "Expiry review",
      held.total ? ["Held back by ", h("a", { href: `#/runs/${run}` }, `run ${run}`), ". They are still active."] : null, null, h("a", { href: "#/" }, "Overview")));
    const active = new Map(counts.now.map(each => [each.source, each.active]));
    show(summary, [held.sources, counts.now], () => held.total ? advice(held, active) : null);
    draw([...held.jobs, ...extra], held, active);
  }

  function draw(jobs, held, active) {
    show(grid, [jobs, held.sources], () => held.total === 0 ? h("section", { class: "card c12" }, empty("ok", "Nothing is held back",
      "If a resync would expire unusually many jobs, they wait here for a decision."))
      : [h("div", { class: "c4 stack" },
        card("Held back by source", "held back of active", ranking(held.sources.map(each => {
          const share = Math.min(1, each.rows / Math.max(1, active.get(each.source) ?? each.rows));
          return { name: each.source || "no source", share, tone: share > 0.2 ? "bad" : null, text: `${number(each.rows)} · ${percent(share)}` };
        }))),
        card("Decide", null, h("div", { class: "stack" },
          h("div", {}, h("p", { class: "below" }, tag("run", "Recommended"), " ", h("b", {}, "Read the feed again. "),
            h("span", { class: "muted" }, "The jobs stay active; a complete resync decides again. The dialog shows the cost.")),
          button("Resync…", "cost", () => ask("jobs", "resync"))),
          h("div", {}, h("p", { class: "below" }, h("b", {}, "Expire them. "),
            h("span", { class: "muted" }, "They are expired at once, and change events are sent. A job that comes back is reactivated.")),
          button(`Expire ${many(held.total, "job")}…`, "danger", () => ask("jobs", "accept-expiry")))))),
      h("section", { class: "card c8" }, h("header", {}, h("h2", {}, "Jobs held back")), table("Jobs held back", [
        { title: "Title", class: "t words", cell: job => h("a", { href: `#/jobs/${job.id}` }, job.title || "untitled") },
        { title: "Company", class: "nl", cell: job => job.company_name ?? "–" },
        { title: "Source", class: "nl r", cell: job => job.source ?? "–" },
        { title: "Reason", class: "lg", cell: job => REASONS[job.reason] },
        { title: "First seen", cell: job => h("span", { class: "nowrap" }, moment(job.first_seen_at)) },
        { title: "Valid through", cell: job => h("span", { class: "nowrap" }, job.valid_through ? moment(job.valid_through) : "not stated") },
      ], jobs), h("div", { class: "pager" }, h("span", { class: "grow" }, `${number(jobs.length)} of ${number(held.total)}`),
        next ? button("Load more", "", async () => {
          const answer = await get("pending-expiry", { cursor: next });
          extra = [...extra, ...answer.jobs];
          next = answer.next_cursor;
          draw([...jobs, ...answer.jobs], held, active);
        }) : null))]);
  }

  return { title: "Expiry review", nodes: [title, summary, grid], slow };
}

function advice(held, active) {
  const top = held.sources.filter(each => each.rows > (active.get(each.source) ?? 0) * 0.2);
  return h("section", { class: "verdict warn" }, icon("warn"), h("div", { class: "grow" },
    h("h2", {}, top.length && top.length <= 3 ? `Most of a source is missing: ${top.map(each => each.source || "no source").join(", ")}` : "Unusually many jobs are missing"),
    h("p", {}, "Usually the feed was incomplete: read it again before you expire anything. Expire the jobs only if they are really gone, for example after a change of filters.")));
}
