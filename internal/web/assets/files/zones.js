// A field for a time zone offers those that the browser knows.
export default function zones(field) {
  const list = document.createElement("datalist");
  list.id = field.id + "-zones";
  for (const zone of Intl.supportedValuesOf?.("timeZone") ?? []) list.append(new Option(zone));
  field.after(list);
  field.setAttribute("list", list.id);
}
