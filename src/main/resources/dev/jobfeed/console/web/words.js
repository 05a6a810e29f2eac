// Formats of numbers, times and text.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

export const number = value => value === null || value === undefined ? "–" : whole.format(value);

export const compact = value => value === null || value === undefined ? "–" : short.format(value);

export const percent = share => share === null || share === undefined ? "" : `${Math.floor(share * 100)} %`;

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 10) return `${Math.max(0, Math.round(seconds * 10) / 10)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return two(Math.floor(s / 60), "min", s % 60, "s");
  if (s < 172800) return two(Math.floor(s / 3600), "h", Math.floor(s % 3600 / 60), "min");
  return two(Math.floor(s / 86400), "d", Math.floor(s % 86400 / 3600), "h");
}

const two = (big, unit, small, lesser) => small ? `${big} ${unit} ${small} ${lesser}` : `${big} ${unit}`;

/** Formats a time in the time zone of the browser. */
export function moment(text) {
  return text ? clock.format(new Date(text)) : "–";
}

export const seconds = (from, to) => (new Date(to) - new Date(from)) / 1000;

export const streamName = stream =>
  ({ jobs: "Jobs", career_sites: "Career sites", jobby_live_events: "Live events", jobby_webhooks: "Webhooks" })[stream]
    ?? stream;

/** Returns the readable text of a string that may contain HTML. */
export function plain(text) {
  return String(text ?? "")
    .replace(/<(br|\/p|\/li|\/h[1-6]|\/div)\b[^>]*>/gi, "\n")
    .replace(/<li\b[^>]*>/gi, "• ")
    .replace(/<\/?[a-z][^>]*>/gi, "")
    .replace(/&nbsp;/g, " ").replace(/&lt;/g, "<").replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, "&")
    .replace(/\n{3,}/g, "\n\n").trim();
}
