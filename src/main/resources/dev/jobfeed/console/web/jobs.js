// The stored jobs. Their text comes from the feed and is not trusted.

import { h, outward, table } from "./dom.js";
import { get } from "./api.js";
import { moment, number, plain } from "./words.js";

const FIELDS = ["q", "company", "source", "workplace", "state"];

/** Lists the jobs that match the form. The state of the form is in the address, so that the link can be shared. */
export function jobs(query) {
  const results = h("section", { "aria-label": "Results", "aria-busy": "true" });
  const count = h("p", { class: "note", role: "status" });
  const source = h("select", { id: "job-source", name: "source" }, h("option", { value: "" }, "any"));
  const field = (id, label, control) => h("div", {}, h("label", { for: id }, label), control);
  const options = list => list.map(([value, text]) => h("option", { value }, text));
  const form = h("form", { role: "search", class: "search" },
    field("job-q", "Search in title and company", h("input", { id: "job-q", name: "q", type: "search" })),
    field("job-company", "Company", h("input", { id: "job-company", name: "company", type: "text", placeholder: "name or id" })),
    field("job-source", "Source", source),
    field("job-workplace", "Workplace", h("select", { id: "job-workplace", name: "workplace" },
      options([["", "any"], ["remote", "Remote"], ["hybrid", "Hybrid"], ["onsite", "On-site"]]))),
    field("job-state", "State", h("select", { id: "job-state", name: "state" },
      options([["active", "active"], ["expired", "expired"], ["all", "all"]]))),
    h("button", { type: "submit", class: "go" }, "Search"));
  form.elements.state.value = "active";
  for (const name of FIELDS) if (query.get(name)) form.elements[name].value = query.get(name);
  form.addEventListener("submit", event => {
    event.preventDefault();
    const asked = new URLSearchParams();
    for (const name of FIELDS) if (form.elements[name].value) asked.set(name, form.elements[name].value);
    const address = `#/jobs?${asked}`;
    if (location.hash === address) load();
    else location.hash = address;
  });

  async function load() {
    const asked = Object.fromEntries(FIELDS.map(name => [name, query.get(name)]));
    asked.state ??= "active";
    results.setAttribute("aria-busy", "true");
    try {
      const answer = await get("jobs", { ...asked, limit: 25 });
      results.replaceChildren();
      append(answer, asked, 0);
    } catch (error) {
      results.replaceChildren();
      count.textContent = error.message;
    }
    results.setAttribute("aria-busy", "false");
  }

  function append(answer, asked, before) {
    const shown = before + answer.jobs.length;
    count.textContent = shown === 0 ? "No matching jobs."
      : `${number(shown)} shown${answer.next_cursor ? ", more available" : ""}, newest first.`;
    if (answer.jobs.length) {
      results.append(table(before ? `Jobs, from number ${before + 1}` : "Jobs", [
        { title: "Title", class: "words", cell: job => h("a", { href: `#/jobs/${job.id}` }, job.title || "untitled") },
        { title: "Company", class: "words", cell: job => job.company_name ?? "" },
        { title: "Where", class: "words", cell: where },
        { title: "Workplace", cell: job => job.workplace_type ?? "" },
        { title: "Source", cell: job => job.source ?? "" },
        { title: "First seen", cell: job => h("time", { datetime: job.first_seen_at }, moment(job.first_seen_at)) },
        { title: "State", cell: job => job.expired_at ? `expired (${job.expired_reason})` : "active" },
      ], answer.jobs));
    }
    if (answer.next_cursor) {
      const more = h("button", { type: "button", onclick: async () => {
        more.disabled = true;
        const next = await get("jobs", { ...asked, limit: 25, cursor: answer.next_cursor });
        more.remove();
        append(next, asked, shown);
      } }, "More");
      results.append(more);
    }
  }

  return {
    title: "Jobs",
    nodes: [h("h1", {}, "Jobs"), form, count, results],
    async start() {
      const counts = await get("counts");
      source.append(...counts.now.filter(c => c.source).map(c => h("option", { value: c.source }, c.source)));
      source.value = query.get("source") ?? "";
      await load();
    },
  };
}

function where(job) {
  const first = Array.isArray(job.locations) ? job.locations[0] : null;
  const rest = first ? job.locations.length - 1 : 0;
  const text = first ? first.location ?? [first.city, first.region, first.country].filter(Boolean).join(", ") : "";
  return rest > 0 ? `${text} +${rest}` : text;
}

/** Shows one job with all stored data. */
export function job(id) {
  const place = h("article", { class: "job" });
  return {
    title: "Job",
    nodes: [h("p", {}, h("a", { href: "#/jobs" }, "← Jobs")), place],
    async start() {
      let row;
      try {
        row = await get(`jobs/${encodeURIComponent(id)}`);
      } catch (error) {
        place.replaceChildren(h("h1", {}, "Not found"), h("p", {}, error.message));
        return;
      }
      document.title = `${row.title ?? "Job"} · Jobfeed`;
      const facts = [
        ["State", row.expired_at ? `expired ${moment(row.expired_at)} (${row.expired_reason})` : "active"],
        ["Where", Array.isArray(row.locations) ? row.locations.map(l => where({ locations: [l] })).join("; ") : null],
        ["Workplace", row.workplace_type],
        ["Employment", row.employment_type],
        ["Level", row.experience_level],
        ["Pay", pay(row.compensation)],
        ["Source", row.source],
        ["Posted", row.date_posted && moment(row.date_posted)],
        ["Valid through", row.valid_through && moment(row.valid_through)],
        ["First seen", moment(row.first_seen_at)],
        ["Last changed", moment(row.last_changed_at)],
        ["Skills", skills(row.qualifications)],
        ["Id", row.id],
      ];
      place.replaceChildren(
        h("h1", {}, row.title ?? "untitled"),
        h("p", { class: "company" }, row.company_name ?? "",
          row.company?.website ? [" · ", outward(row.company.website, "website")] : null),
        h("p", { class: "links" }, row.listing_url ? outward(row.listing_url, "Listing") : null, " ",
          row.apply_url ? outward(row.apply_url, "Apply") : null),
        h("dl", { class: "facts" }, facts.filter(([, value]) => value).map(([name, value]) =>
          h("div", {}, h("dt", {}, name), h("dd", {}, String(value))))),
        row.summary ? h("p", { class: "summary" }, plain(row.summary)) : null,
        h("h2", {}, "Description"),
        h("div", { class: "description" }, plain(row.description) || "None."));
    },
  };
}

function pay(compensation) {
  if (!compensation || compensation.min === null && compensation.max === null) return null;
  const ends = [compensation.min, compensation.max].filter(end => end !== null && end !== undefined).map(number);
  return [ends.join(" – "), compensation.currency, compensation.period].filter(Boolean).join(" ");
}

function skills(qualifications) {
  const list = [...qualifications?.must_have?.skills ?? [], ...qualifications?.preferred?.skills ?? []];
  return list.map(skill => skill?.name).filter(Boolean).join(", ");
}
