// The stored jobs. Their text comes from the feed and is not trusted.

import { button, card, empty, facts, h, head, json, link, outward, table, tag } from "./dom.js";
import { get } from "./api.js";
import { many, moment, number, plain } from "./words.js";

const FIELDS = ["q", "company", "source", "workplace", "state"];
const LABELS = { q: "Words", company: "Company", source: "Source", workplace: "Workplace", state: "State" };

/** The address of the last search, to which a job's page leads back. */
let back = "#/jobs";

/** Lists the jobs that match the form. The state of the form is in the address, so that the link can be shared. */
export function jobs(query) {
  const results = h("div", { "aria-busy": "true" });
  const count = h("p", { class: "muted small", role: "status" });
  const source = h("select", { id: "job-source", name: "source" }, h("option", { value: "" }, "Any"));
  const field = (id, label, control, style) => h("div", { class: style }, h("label", { for: id }, label), control);
  const options = list => list.map(([value, text]) => h("option", { value }, text));
  const form = h("form", { role: "search", class: "filters" },
    field("job-q", "Title or company", h("input", { id: "job-q", name: "q", type: "search" }), "grow"),
    field("job-company", "Company", h("input", { id: "job-company", name: "company", type: "text", placeholder: "name or id" })),
    field("job-source", "Source", source),
    field("job-workplace", "Workplace", h("select", { id: "job-workplace", name: "workplace" },
      options([["", "Any"], ["remote", "Remote"], ["hybrid", "Hybrid"], ["onsite", "On-site"]]))),
    field("job-state", "State", h("select", { id: "job-state", name: "state" },
      options([["active", "Active"], ["expired", "Expired"], ["all", "All"]]))),
    h("button", { type: "submit", class: "btn primary" }, "Search"));
  form.elements.state.value = "active";
  for (const name of FIELDS) if (query.get(name)) form.elements[name].value = query.get(name);

  function search() {
    const asked = new URLSearchParams();
    for (const name of FIELDS) {
      const value = form.elements[name].value.trim();
      if (value && !(name === "state" && value === "active")) asked.set(name, value);
    }
    const text = asked.toString();
    location.hash = `#/jobs${text ? `?${text}` : ""}`;
  }

  form.addEventListener("submit", event => {
    event.preventDefault();
    search();
  });
  for (const name of ["source", "workplace", "state"]) form.elements[name].addEventListener("change", search);

  async function load() {
    back = location.hash || "#/jobs";
    const asked = Object.fromEntries(FIELDS.map(name => [name, query.get(name)]));
    asked.state ??= "active";
    results.setAttribute("aria-busy", "true");
    count.textContent = "Searching…";
    try {
      const answer = await get("jobs", { ...asked, limit: 25 });
      draw(answer, answer.jobs, asked);
    } catch (error) {
      count.textContent = "";
      results.replaceChildren(h("section", { class: "card" }, empty("warn", "The search was not answered", error.message, button("Search again", "", load))));
    }
    results.setAttribute("aria-busy", "false");
  }

  function draw(answer, list, asked) {
    count.textContent = list.length === 0 ? "" : `${many(list.length, "job")} shown${answer.next_cursor ? ", more available" : ""}, newest first`;
    results.replaceChildren(h("section", { class: "card" }, list.length ? [jobTable(list, asked.state), answer.next_cursor
      ? h("div", { class: "pager" }, h("span", { class: "grow" }, `1–${number(list.length)}`), button("Load more", "", async event => {
        event.target.disabled = true;
        const next = await get("jobs", { ...asked, limit: 25, cursor: answer.next_cursor });
        draw(next, [...list, ...next.jobs], asked);
      })) : null] : nothing(asked)));
  }

  function nothing(asked) {
    const set = FIELDS.filter(name => asked[name] && !(name === "state" && asked.state === "all"));
    const words = set.filter(name => name !== "state");
    if (!words.length && asked.state === "active") {
      return empty("jobs", "No jobs stored yet", "Jobs appear with the first page of the backfill, and can be searched at once.", link("Overview", "#/", "primary"));
    }
    return empty("jobs", "No job matches", "Remove a filter:", set.map(name => button(
      name === "state" ? `State: ${form.elements.state.selectedOptions[0].textContent}, show all` : `${LABELS[name]}: ${asked[name]} ×`, "", () => {
        form.elements[name].value = name === "state" ? "all" : "";
        search();
      })));
  }

  return {
    title: "Jobs",
    nodes: [head("Jobs"), form, count, results],
    async start() {
      await load();
      const counts = await get("counts");
      source.append(...counts.now.filter(each => each.source).map(each => h("option", { value: each.source }, each.source)));
      const chosen = query.get("source") ?? "";
      if (chosen && ![...source.options].some(option => option.value === chosen)) source.append(h("option", { value: chosen }, chosen));
      source.value = chosen;
    },
  };
}

const jobTable = (list, shown) => table("Jobs", [
  { title: "Title", class: "t words", cell: job => h("a", { href: `#/jobs/${job.id}` }, job.title || "untitled") },
  { title: "Company", class: "nl", cell: job => job.company_name || "–" },
  { title: "Location", class: "nl r", cell: job => where(job.locations) || "–" },
  { title: "Workplace", class: "x", cell: job => job.workplace_type || "–" },
  { title: "Source", class: "nl", cell: job => job.source || "–" },
  { title: "First seen", class: "nl r", cell: job => h("time", { class: "nowrap", datetime: job.first_seen_at, title: job.first_seen_at }, moment(job.first_seen_at)) },
  ...shown === "active" ? [] : [{ title: "State", class: "nl", cell: stateTag }],
], list);

const REASONS = { swept: "listed as expired", reconciled: "not delivered by a resync", filtered: "outside the filters", audited: "not found by an audit" };

const stateTag = job => job.expired_at ? tag("off", "Expired", "off") : tag("ok", "Active", "ok");

/** Returns the first location, and how many more there are. A location may be an object or a text. */
function where(locations) {
  const list = Array.isArray(locations) ? locations : locations ? [locations] : [];
  const text = list.length ? place(list[0]) : "";
  return list.length > 1 ? `${text} +${list.length - 1}` : text;
}

function place(location) {
  if (location === null || typeof location !== "object") return text(location);
  return text(location.location) || [location.city, location.region, location.country].map(text).filter(Boolean).join(", ") || text(location);
}

/** Returns the readable text of any value; empty for none. */
function text(value) {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "number") return new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(value);
  if (Array.isArray(value)) return value.map(text).filter(Boolean).join(", ");
  if (typeof value === "object") {
    if (typeof value.name === "string") return value.name;
    return Object.entries(value).map(([name, each]) => [label(name), text(each)]).filter(([, each]) => each)
      .map(([name, each]) => `${name}: ${each}`).join("; ");
  }
  return plain(value);
}

const label = name => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

function pay(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return text(value);
  const ends = [value.min, value.max].map(text).filter(Boolean);
  const known = [ends.join(" – "), text(value.currency), text(value.period)];
  return ends.length ? known.filter(Boolean).join(" ") : text(value);
}

/** The fields that have a place of their own; any other is shown under its name. */
const PLACED = new Set(["id", "title", "company_name", "description", "summary", "listing_url", "apply_url", "company", "extra", "expired_at",
  "expired_reason", "locations", "compensation", "qualifications", "responsibilities", "benefits"]);
const TIMES = /_at$|^date_|^valid_through$/;
const NAMES = { workplace_type: "Workplace", employment_type: "Employment", experience_level: "Level", is_work_auth_required: "Work authorization required",
  is_h1b_sponsor: "H-1B sponsor", is_clearance_required: "Clearance required", updated_at: "Updated by the source", created_at: "Created by the source" };

/** Shows one job with all stored data. */
export function job(id) {
  const page = h("article", { class: "stack" });
  const view = {
    title: "Job",
    nodes: [page],
    async start() {
      const crumb = h("a", { href: back }, back === "#/jobs" ? "Jobs" : "Back to the search");
      let row;
      try {
        row = await get(`jobs/${encodeURIComponent(id)}`);
      } catch (error) {
        if (error.status !== 404) throw error;
        page.replaceChildren(head("Job not found", null, null, crumb), h("section", { class: "card" },
          empty("jobs", "There is no such job", error.message, link("All jobs", "#/jobs", "primary"))));
        return;
      }
      view.title = row.title || "Job";
      document.title = `${view.title} · Jobfeed`;
      const long = (title, value) => {
        if (!text(value)) return null;
        if (typeof value === "string") return card(title, null, h("div", { class: "read" }, plain(value)));
        if (Array.isArray(value) && value.every(each => each === null || typeof each !== "object")) {
          return card(title, null, h("ul", { class: "read points" }, value.map(text).filter(Boolean).map(each => h("li", {}, each))));
        }
        return h("section", { class: "card" }, h("header", {}, h("h2", {}, title)), json(value, title));
      };
      const places = Array.isArray(row.locations) ? row.locations.map(place).filter(Boolean).join("; ") : where(row.locations);
      page.replaceChildren(...[
        head(h("span", { class: "row" }, h("span", { class: "name" }, row.title || "Untitled"), stateTag(row)),
          [row.company_name || "Company not stated", where(row.locations), row.workplace_type].filter(Boolean).join(" · "),
          [row.listing_url ? outward(row.listing_url, "Open listing", "btn") : null, row.apply_url ? outward(row.apply_url, "Application page", "btn") : null], crumb),
        h("div", { class: "grid" },
          h("div", { class: "c8 stack" },
            card("Facts", null, facts([
              ["State", row.expired_at ? `Expired ${moment(row.expired_at)}, ${REASONS[row.expired_reason] ?? row.expired_reason}` : "Active"],
              ["Locations", places || "Not stated"],
              ["Pay", pay(row.compensation) || "Not stated"],
              ...Object.entries(row).filter(([name, value]) => !PLACED.has(name) && text(value))
                .map(([name, value]) => [NAMES[name] ?? label(name), TIMES.test(name) ? h("time", { datetime: value, title: value }, moment(value)) : text(value)])])),
            row.summary ? card("Summary", null, h("div", { class: "read" }, text(row.summary))) : null,
            card("Description", null, h("div", { class: "read" }, text(row.description) || "None.")),
            long("Responsibilities", row.responsibilities), long("Qualifications", row.qualifications), long("Benefits", row.benefits)),
          h("div", { class: "c4 stack" },
            card("Record", null, h("dl", { class: "facts" }, h("div", {}, h("dt", {}, "Id"), h("dd", {}, h("code", {}, row.id))))),
            company(row.company), long("Extra fields", row.extra)))].filter(Boolean));
    },
  };
  return view;
}

function company(value) {
  if (!text(value)) return null;
  if (typeof value !== "object" || Array.isArray(value)) return card("Company", null, text(value));
  return card("Company", null, facts(Object.entries(value).filter(([, each]) => text(each)).map(([name, each]) =>
    [label(name), /^https?:/.test(each) ? outward(each) : text(each)])));
}
