// The settings: effective values of this process.

import { button, card, h, head, pairs, show, table } from "./dom.js";
import { session, tenant } from "./api.js";
import { askToken } from "./actions.js";
import { duration, streamName, schedule, rough } from "./words.js";

const GROUPS = [
  ["Jobs", /^(jobo\.jobs|jobfeed\.jobs|jobo\.expired|jobo\.overlap)/],
  ["Career sites and companies", /^(jobo\.career-sites|jobfeed\.career-sites|jobo\.companies|jobfeed\.companies)/],
  ["Credit limits", /^jobo\.credits/],
  ["Connection to Jobo", /^jobo\./],
  ["Jobby.dev", /^(jobby\.|jobfeed\.jobby)/],
  ["Database", /^jobfeed\.datasource/],
  ["Console and HTTP", /^jobfeed\.(http|console)/],
  ["Change events, runtime", /./],
];

export const ENVIRONMENTS = { sandbox: "Sandbox", test: "Test", live: "Live", unknown: "No valid key" };

export const tenantName = name => name === "" ? "Default tenant" : name;

export function settings() {
  const place = h("div", { class: "grid" });

  function tables(info) {
    const left = [...info.settings];
    return GROUPS.map(([title, pattern]) => {
      const rows = left.filter(setting => pattern.test(setting.name));
      rows.forEach(row => left.splice(left.indexOf(row), 1));
      const unset = rows.filter(row => row.origin === "not set").map(row => row.name);
      return rows.length ? h("section", { class: "card" }, h("header", {}, h("h2", {}, title)), h("div", { class: "set" }, table(title, [
        { title: "Property", class: "t", cell: row => h("code", {}, row.name) },
        { title: "Value", cell: row => row.origin === "hidden" ? h("span", { class: "muted" }, "set, not shown")
          : row.value ?? h("span", { class: "muted" }, "default, not shown") },
        { title: "From", cell: row => row.origin === "default" ? "default" : "configuration" },
      ], rows.filter(row => row.origin !== "not set")), unset.length ? h("p", { class: "small muted" }, `Not set: ${unset.join(", ")}`) : null)) : null;
    });
  }

  function fast(status, info) {
    if (!info) return;
    show(place, [info.settings, info.tenants, session.token !== null, status.streams.map(stream => [stream.schedule, stream.state])], () => [
      h("div", { class: "c8 stack" }, tables(info)),
      h("div", { class: "c4 stack" },
        card("This process", null, pairs([["Version", info.version], ["Environment", ENVIRONMENTS[info.environment]],
          ["Up for", duration(info.uptime_seconds)], ["Schedules in", info.time_zone],
          ["Times shown in", Intl.DateTimeFormat().resolvedOptions().timeZone],
          ["API", h("a", { href: "/api/openapi.json" }, "OpenAPI")], ["Status", h("a", { href: "/api/v1/status" }, "as JSON")]])),
        card("Streams", null, pairs(status.streams.map(stream => [streamName(stream.stream),
          stream.schedule ? `${schedule(stream.schedule)}, target ${rough(stream.target_seconds)}` : "off"]))),
        card("Tenants", null, h("ul", { class: "plain" }, info.tenants.map(name => h("li", {}, name === (tenant ?? "") ? h("b", {}, tenantName(name))
          : h("a", { href: name ? `/?tenant=${encodeURIComponent(name)}#/` : "/#/" }, tenantName(name)))))),
        card("Access", null, h("p", { class: "small muted" }, "Reading needs no log-in. Actions need the token of the operator, once per browser tab."),
          h("p", { class: "gap" }, session.token ? button("Log out", "", () => session.end(), "lock") : button("Log in…", "", () => askToken(), "user"))))]);
  }

  return {
    title: "Settings",
    nodes: [head("Settings", "Effective values of this process. Change them in conf/application.properties or the environment, then restart."), place],
    fast,
  };
}
