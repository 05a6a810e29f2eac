// Requests to the server. An error response is thrown as an Error with the message of the server.

const KEY = "jobfeed-token";

export const tenant = new URLSearchParams(location.search).get("tenant");

/** The operator's token, for this browser tab only. */
export const session = {
  get token() { return sessionStorage.getItem(KEY); },
  begin(token) {
    sessionStorage.setItem(KEY, token);
    dispatchEvent(new Event("session"));
  },
  end() {
    sessionStorage.removeItem(KEY);
    dispatchEvent(new Event("session"));
  },
};

async function request(path, options) {
  let response;
  let body = {};
  try {
    response = await fetch(`/api/v1/${path}`, { cache: "no-store", signal: AbortSignal.timeout(30000), ...options });
    body = await response.json();
  } catch (failure) {
    // the error response of a proxy may not be JSON; any other was cut off
    if (!response || response.ok) {
      const error = new Error("The server does not respond.", { cause: failure });
      error.status = 0;
      throw error;
    }
  }
  if (!response.ok) {
    const error = new Error(body.error ?? `The server answered ${response.status}.`);
    error.status = response.status;
    throw error;
  }
  return body;
}

export function get(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, tenant })) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, value);
  }
  const text = parameters.toString();
  return request(`${path}${text ? `?${text}` : ""}`);
}

/** Checks a token, and begins the session if it is valid. */
export async function logIn(token) {
  await request("session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
  session.begin(token);
}

export const act = (action, body) => request(`actions/${action}`, {
  method: "POST",
  headers: { "Content-Type": "application/json", Authorization: `Bearer ${session.token}` },
  body: JSON.stringify({ ...body, ...tenant ? { tenant } : {} }),
});
