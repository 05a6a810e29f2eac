// The actions of an operator: confirmed in a dialog that shows the cost, and sent with the token of the session.

import { h, icon, say, toast } from "./dom.js";
import { act, get, logIn, session } from "./api.js";
import { credits, many, number, streamName } from "./words.js";

const dialog = document.getElementById("ask");

const WORDS = {
  sync: { what: stream => `Sync ${stream} now`, go: "Sync now", style: "primary" },
  resync: { what: stream => `Resync ${stream}`, go: "Start resync", style: "cost solid", menu: "Resync…" },
  "accept-expiry": { what: (stream, action, count) => `Expire ${many(count, "job")}`, go: "Expire jobs", style: "danger", menu: "Expire held-back jobs…" },
  "retry-quarantine": { what: () => "Retry quarantined rows", go: "Retry rows", style: "primary", menu: "Retry quarantined rows…" },
  pause: { what: stream => `Pause the schedule of ${stream}`, go: "Pause schedule", style: "cost", menu: "Pause schedule…" },
  resume: { what: stream => `Resume the schedule of ${stream}`, go: "Resume schedule", style: "primary", menu: "Resume schedule…" },
};

/**
 * Shows the buttons of a stream's actions: sync, and a menu with the others.
 *
 * @param busy mode of the run in progress, or null
 */
export async function buttons(stream, place, busy, primary) {
  let list;
  try {
    list = (await get("actions", { stream })).actions;
  } catch (error) {
    place.replaceChildren(h("p", { class: "muted small" }, error.message));
    return;
  }
  const held = document.activeElement?.closest?.("[data-action]");
  const focused = held && place.contains(held) ? held.dataset.action : null;
  const first = list.find(action => action.action === "resume") ?? list.find(action => action.action === "sync");
  const item = action => h("button", {
    type: "button", "data-action": action.action, class: action.action === "resync" ? "cost" : action.action === "accept-expiry" ? "danger" : null,
    disabled: busy !== null && action.action === "resync" && busy === "resync", onclick: () => ask(stream, action.action),
  }, WORDS[action.action].menu ?? action.title, h("small", {}, busy === "resync" && action.action === "resync"
    ? "A resync is in progress" : price(action)));
  const rest = list.filter(action => action !== first && action.action !== "sync");
  place.replaceChildren(...[
    first ? h("button", { type: "button", class: `btn ${primary ? "primary" : ""}`, "data-action": first.action,
      disabled: first.action === "sync" && busy !== null, onclick: () => ask(stream, first.action) },
    first.action === "sync" ? busy ? "Running" : "Sync now" : first.title) : null,
    rest.length ? h("details", { class: "menu" }, h("summary", { class: "btn", "aria-label": `More actions for ${streamName(stream)}` },
      icon("more")), h("div", {}, rest.map(item))) : null].filter(Boolean));
  if (focused) place.querySelector(`[data-action="${focused}"]`)?.focus();
}

const price = action => action.credits === null ? "Cost not known beforehand"
  : action.credits > 0 ? `About ${many(action.rows ?? 0, "row")}, ${credits(action.credits)} credits` : "No request is sent; nothing is charged";

/** Asks for the token, and begins the session. */
export function askToken(reason) {
  const token = tokenField();
  open("Log in", [
    h("p", {}, reason ?? "Reading needs no log-in. Actions such as sync and resync need the token of the operator."),
    token.field,
  ], "Log in", "primary", async () => {
    await logIn(token.value());
    return "Logged in. Actions are available in this browser tab until you log out or close it.";
  });
}

function tokenField() {
  const input = h("input", { id: "ask-token", type: "password", autocomplete: "off", spellcheck: "false", required: true });
  return {
    value: () => input.value.trim(),
    field: h("div", { class: "f" }, h("label", { for: "ask-token" }, "Token"), input,
      h("span", { class: "muted small" }, "The log shows it at the first start. “jobfeed token” creates another; jobfeed.http.token replaces it.")),
  };
}

/** Asks for the confirmation of an action, and runs it. */
export async function ask(stream, name) {
  let list;
  let status;
  try {
    [list, status] = await Promise.all([get("actions", { stream }), get("status", { limit: 1 })]);
  } catch (error) {
    toast(error.message, "bad");
    return;
  }
  const action = list.actions.find(each => each.action === name);
  const words = WORDS[name];
  if (!action || list.off) {
    open(list.off ? "Actions are disabled" : "No longer available", [h("p", {}, list.off ?? "This action is not possible now.")]);
    return;
  }
  const cost = action.credits ?? 0;
  const balance = status.credits_balance;
  const isShort = balance !== null && cost > balance;
  const token = session.token ? null : tokenField();
  const count = name === "accept-expiry" ? status.pending_expiry : null;
  const typed = count ? h("label", { class: "f" }, `Type ${count} to confirm`,
    h("input", { inputmode: "numeric", required: true, pattern: `${count}|${number(count)}`, autocomplete: "off" })) : null;
  const agreed = cost > 0 && name === "resync" ? h("label", { class: "c" }, h("input", { type: "checkbox", required: true }),
    h("span", {}, `I agree to spend about ${credits(cost)} credits.`)) : null;
  open(words.what(streamName(stream), action, count), [
    h("p", {}, action.cost),
    h("dl", { class: `price ${cost > 0 ? "warn" : ""}` },
      action.rows ? [h("dt", {}, "Rows"), h("dd", {}, `about ${number(action.rows)}`)] : null,
      h("dt", { class: "tot" }, "Cost"), h("dd", { class: "tot" }, action.credits === null ? "not known beforehand" : cost > 0 ? `about ${credits(cost)} credits` : "none"),
      cost > 0 && balance !== null ? [h("dt", {}, "Balance now"), h("dd", {}, credits(balance)), h("dt", {}, "Balance afterwards"),
        h("dd", { class: isShort ? "bad" : null }, isShort ? "not enough" : `about ${credits(balance - cost)}`)] : null),
    isShort ? h("p", { class: "bad" }, "The balance does not cover this. The run would stop at a page boundary; top up the wallet first.") : null,
    count ? h("p", {}, h("a", { href: "#/review", onclick: () => dialog.close() }, "List these jobs first")) : null,
    typed, agreed, token?.field,
  ], cost > 0 ? `${words.go}, about ${credits(cost)} credits` : words.go, words.style, async () => {
    if (token) await logIn(token.value());
    return (await act(name, { stream, confirm_cost: cost > 0 })).message;
  });
}

/** Opens the dialog. `run` returns the message of the toast; a second submit while it runs does nothing. */
function open(title, content, go, style, run) {
  const said = h("p", { class: "bad said", role: "alert" });
  const submit = go ? h("button", { type: "submit", class: `btn go ${style}` }, go) : null;
  const form = h("form", {}, h("h2", { id: "ask-title" }, title), content, said,
    h("div", { class: "acts" }, h("button", { type: "button", class: "btn", onclick: () => dialog.close() }, go ? "Cancel" : "Close"), submit));
  let busy = false;
  form.addEventListener("submit", async event => {
    event.preventDefault();
    if (busy || !run) return;
    busy = true;
    submit.setAttribute("aria-disabled", "true");
    say(said, "");
    try {
      const message = await run();
      dialog.close();
      toast(message);
      dispatchEvent(new Event("acted"));
    } catch (error) {
      const known = session.token;
      if (error.status === 401 && known) {
        session.end();
        dialog.close();
        askToken("Your session has ended: the token was replaced. Nothing was started. Log in with the current token, and repeat the action.");
        return;
      }
      say(said, error.status === 0 ? "The server does not respond. Whether the action was started is not known; check the runs." : error.message);
    } finally {
      busy = false;
      submit.removeAttribute("aria-disabled");
    }
    form.querySelector("#ask-token")?.focus();
  });
  dialog.replaceChildren(form);
  for (const menu of document.querySelectorAll(".menu[open]")) menu.open = false;
  if (!dialog.open) dialog.showModal();
}
