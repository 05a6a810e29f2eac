// Formats of numbers, times and text.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const dayOfYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const exact = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

const gone = value => value === null || value === undefined || value === "";

export const number = value => gone(value) ? "–" : whole.format(value);

export const compact = value => gone(value) ? "–" : short.format(value);

export const credits = value => gone(value) ? "–" : Math.abs(value) < 1000 ? tenth.format(value) : whole.format(value);

export const many = (count, one, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;

export const percent = share => gone(share) ? "" : `${Math.floor(share * 100)} %`;

export function duration(seconds) {
  if (gone(seconds)) return "–";
  if (seconds < 10) return `${Math.max(0, Math.round(seconds * 10) / 10)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return two(Math.floor(s / 60), "min", s % 60, "s");
  if (s < 172800) return two(Math.floor(s / 3600), "h", Math.floor(s % 3600 / 60), "min");
  return two(Math.floor(s / 86400), "d", Math.floor(s % 86400 / 3600), "h");
}

const two = (big, unit, small, lesser) => small ? `${big} ${unit} ${small} ${lesser}` : `${big} ${unit}`;

/** Formats a duration with one unit. */
export function rough(seconds) {
  if (gone(seconds)) return "–";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36000) return `${tenth.format(seconds / 3600)} h`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

/** Formats a time in the time zone of the browser; the date is left out today, and the year this year. */
export function moment(text, seconds = false) {
  if (gone(text)) return "–";
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return String(text);
  const clock = (seconds ? exact : time).format(at);
  const now = new Date();
  if (date.format(at) === date.format(now)) return clock;
  return `${(at.getFullYear() === now.getFullYear() ? dayOfYear : date).format(at)}, ${clock}`;
}

export const clock = at => exact.format(at);

export const day = text => dayOfYear.format(new Date(text));

export const seconds = (from, to) => (new Date(to) - new Date(from)) / 1000;

export const ago = (text, now = new Date()) => `${rough(Math.max(0, seconds(text, now)))} ago`;

export const streamName = stream =>
  ({ jobs: "Jobs", career_sites: "Career sites", companies: "Company profiles", expired_ids: "Expired ids",
    jobby: "Jobby.dev", jobby_live_events: "Live events", jobby_queue: "Queue", jobby_webhooks: "Webhooks",
    changes: "Change events", audit: "Audit" })[stream] ?? stream ?? "This process";

export const MODES = { incremental: "Incremental", backfill: "Backfill", resync: "Resync" };

/** Describes a Quartz schedule that repeats within an hour or a day; any other is shown as it is. */
export function schedule(cron) {
  if (!cron) return "Not scheduled";
  const [second, minute, hour, dayOfMonth, month] = cron.trim().split(/\s+/);
  const step = text => text?.match(/^(?:\*|\d+)\/(\d+)$/)?.[1];
  const daily = /^[*?]$/.test(dayOfMonth ?? "") && month === "*";
  if (daily && step(second) && minute === "*" && hour === "*") return `Every ${step(second)} s`;
  if (daily && /^\d+$/.test(second) && step(minute) && hour === "*") return `Every ${step(minute)} min`;
  if (daily && /^\d+$/.test(second) && /^\d+$/.test(minute) && step(hour)) return `Every ${step(hour)} h`;
  if (daily && /^\d+$/.test(second) && /^\d+$/.test(minute) && hour === "*") return "Every hour";
  if (daily && /^\d+$/.test(minute) && /^\d+$/.test(hour)) return `Daily at ${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  return `Schedule ${cron}`;
}

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
