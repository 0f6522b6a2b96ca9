// Times, durations and sizes as people read them.
import { h } from "./dom.js";

export function duration(ms) {
  const seconds = Math.max(0, ms) / 1000;
  return seconds < 10 ? `${seconds.toFixed(1)} s`
    : seconds < 600 ? `${Math.round(seconds)} s`
      : seconds < 36000 ? `${Math.round(seconds / 60)} min`
        : seconds < 360000 ? `${Math.round(seconds / 3600)} h`
          : `${Math.round(seconds / 86400)} days`;
}

export const seconds = value => typeof value === "number" ? `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en")} s` : "";

export const size = bytes => bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${(bytes / 1024).toFixed(1)} KiB` : bytes < 1 << 30 ? `${(bytes / (1 << 20)).toFixed(1)} MiB` : `${(bytes / (1 << 30)).toFixed(1)} GiB`;

export function when(iso) {
  const time = new Date(iso);
  if (!iso || Number.isNaN(time.getTime())) {
    return "";
  }
  const isToday = time.toDateString() === new Date().toDateString();
  return h("time", { datetime: iso, title: time.toLocaleString("en-GB") }, isToday ? time.toLocaleTimeString("en-GB") : time.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }));
}
