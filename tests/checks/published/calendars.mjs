// Says as JSON what ical.js, which is the argument, reads in the calendar that comes in.
import { readFileSync } from "node:fs";

const { default: ICAL } = await import(process.argv[2]);
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const utc = (time) => time.convertToZone(ICAL.Timezone.utcTimezone).toString();
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return { uid: event.uid, start: utc(event.startDate), end: utc(event.endDate), zone: event.startDate.zone.tzid, title: event.summary };
});
process.stdout.write(JSON.stringify(events));
