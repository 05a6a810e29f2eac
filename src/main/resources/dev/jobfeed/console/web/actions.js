// The actions of an operator: confirmed in a dialog that shows the cost, and sent with the token.

import { h } from "./dom.js";
import { act, get } from "./api.js";

const KEY = "jobfeed-token";
const dialog = document.getElementById("ask");

/** Shows the buttons of a stream's actions. They are loaded again when the stream changes. */
export async function buttons(stream, place, after) {
  let list;
  try {
    list = await get("actions", { stream });
  } catch (error) {
    place.replaceChildren(h("p", { class: "note" }, error.message));
    return;
  }
  const had = document.activeElement?.closest?.("[data-action]");
  const focused = had && place.contains(had) ? had.dataset.action : null;
  place.replaceChildren(...list.actions.map(action =>
    h("button", { type: "button", "data-action": action.action, onclick: () => ask(stream, action.action, after) },
      action.title)));
  if (focused) place.querySelector(`[data-action="${focused}"]`)?.focus();
}

async function ask(stream, name, after) {
  const list = await get("actions", { stream });
  const action = list.actions.find(a => a.action === name);
  const said = h("p", { class: "said", role: "alert" });
  const token = h("input", { id: "ask-token", type: "password", autocomplete: "off", spellcheck: "false",
    value: sessionStorage.getItem(KEY) ?? "" });
  const go = h("button", { type: "submit", class: "go" }, action ? action.title : "Confirm");
  const cancel = h("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
  const form = h("form", { method: "dialog" },
    h("h2", { id: "ask-title" }, action ? `${action.title}?` : "No longer available"),
    h("p", {}, action ? action.cost : "This action is not possible now."),
    list.off ? h("p", { class: "note" }, `Actions are disabled. ${list.off}`) : null,
    action && !list.off ? h("p", {}, h("label", { for: "ask-token" }, "Token"), token,
      h("span", { class: "hint" }, "Logged at the first start. jobfeed.http.token replaces it; jobfeed token creates another.")) : null,
    said,
    h("div", { class: "buttons" }, action && !list.off ? go : null, cancel));
  form.addEventListener("submit", async event => {
    event.preventDefault();
    go.disabled = true;
    try {
      const done = await act(name, token.value.trim(), { stream, confirm_cost: action.credits > 0 });
      sessionStorage.setItem(KEY, token.value.trim());
      form.replaceChildren(h("h2", { id: "ask-title" }, action.title), h("p", { role: "status" }, done.message),
        h("div", { class: "buttons" }, h("button", { type: "button", class: "go", onclick: () => dialog.close() }, "Close")));
      form.querySelector("button").focus();
      after();
    } catch (error) {
      if (error.status === 401) sessionStorage.removeItem(KEY);
      said.textContent = error.message;
      go.disabled = false;
      token.focus();
    }
  });
  dialog.replaceChildren(form);
  dialog.showModal();
}
