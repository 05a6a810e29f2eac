// Requests to the server. An error response is thrown as an Error with the message of the server.

const tenant = new URLSearchParams(location.search).get("tenant");

async function answer(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // the response of a proxy may not be JSON
  }
  if (!response.ok) {
    const error = new Error(body.error ?? `The server answered ${response.status}.`);
    error.status = response.status;
    throw error;
  }
  return body;
}

export async function get(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, tenant })) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, value);
  }
  const text = parameters.toString();
  return answer(await fetch(`/api/v1/${path}${text ? `?${text}` : ""}`, { cache: "no-store" }));
}

export async function act(action, token, body) {
  return answer(await fetch(`/api/v1/actions/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ ...body, ...tenant ? { tenant } : {} }),
  }));
}
