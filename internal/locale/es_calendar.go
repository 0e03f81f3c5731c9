package locale

// spanishCalendar is what entries of calendars say, and the pages about them.
func spanishCalendar() map[string]string {
	return map[string]string{
		// In a calendar program.
		"Visits at %s":            "Citas en %s",
		"Visit with %s for %s":    "Cita con %s para %s",
		"Visit: %s":               "Cita: %s",
		"Cancelled: %s":           "Cancelada: %s",
		"Requested: %s":           "Solicitada: %s",
		"Questions? Call %s.":     "¿Preguntas? Llama al %s.",
		"Who it is, and more: %s": "Quién es, y más: %s",
		"What to bring, and how to move or cancel it: %s": "Qué llevar, y cómo cambiarla o cancelarla: %s",

		"visit-%s.ics": "cita-%s.ics",

		// On pages.
		"Calendar":           "Calendario",
		"Add to my calendar": "Añadir a mi calendario",
		"A file does not follow when a visit moves.":                                               "Un archivo no se actualiza si la cita cambia.",
		"Have your calendar keep up by itself":                                                     "Haz que tu calendario se actualice solo",
		"Have your visits on your phone":                                                           "Ten tus citas en el teléfono",
		"Your calendar program reads your visits":                                                  "Tu programa de calendario lee tus citas",
		"Your visits in the calendar of your phone or computer, kept up to date by itself.":        "Tus citas en el calendario del teléfono o del ordenador, siempre al día.",
		"Your calendar has an address":                                                             "Tu calendario tiene una dirección",
		"We can't show it again. Lost it, or told it to somebody? A new address ends the old one.": "No podemos volver a mostrarla. ¿La has perdido o se la has dado a alguien? Con una nueva, la anterior deja de funcionar.",
		"Make a new address":                                                                       "Crear otra dirección",
		"Take it away":                                                                             "Quitarla",
		"Let your calendar in":                                                                     "Conecta tu calendario",
		"You get an address and give it to your calendar program, which comes by about once an hour.": "Recibes una dirección y se la das a tu programa de calendario, que la consulta más o menos cada hora.",
		"Make an address": "Crear una dirección",
		"What is in it":   "Qué contiene",
		"Whoever has the address can read this, without signing in. Calendar programs keep a copy.": "Quien tenga la dirección puede leerlo sin iniciar sesión. Los programas de calendario guardan una copia.",
		"Your address": "Tu dirección",
		"Give it to your calendar program and to nobody else. We can't show it again.": "Dásela a tu programa de calendario y a nadie más. No podemos volver a mostrarla.",
		"Open in my calendar": "Abrir en mi calendario",
		"Done":                "Listo",
		"On the web: in Google Calendar it is called \"From URL\", in Outlook \"Subscribe from web\".": "En la web: en Google Calendar se llama «Desde URL»; en Outlook, «Suscribirse desde la web».",
		"Your visits and your time off: the past 30 days, and all to come.":                            "Tus citas y tus ausencias: los últimos 30 días y todo lo que viene.",
		"Patients appear as initials. The link of each visit shows you here who it is.":                "Los pacientes aparecen con sus iniciales. El enlace de cada cita te muestra aquí quién es.",
		"Never what a visit is about.": "Nunca el motivo de una cita.",
		"Your visits and those of the people you care for: the past 30 days, and all to come.": "Tus citas y las de las personas a las que cuidas: los últimos 30 días y todo lo que viene.",
		"When, where, with whom, and whether it is confirmed.":                                 "Cuándo, dónde, con quién y si está confirmada.",
		"Never what a visit is about, nor the doctor's field.":                                 "Nunca el motivo de una cita ni la especialidad del médico.",
		"The address works no more. Take the calendar out of your program too.":                "La dirección ya no funciona. Quita también el calendario de tu programa.",

		// What happened.
		"%s made an address for a calendar program.":                                                               "%s creó una dirección para un programa de calendario.",
		"%s took the address for a calendar program away.":                                                         "%s quitó la dirección para un programa de calendario.",
		"The calendar program of %s fetched visits, of %s too.":                                                    "El programa de calendario de %s obtuvo citas, también de %s.",
		"a calendar by address":                                                                                    "un calendario por dirección",
		"made an address for your calendar program":                                                                "creó una dirección para tu programa de calendario",
		"took the address for your calendar program away":                                                          "quitó la dirección para tu programa de calendario",
		"got your visits into a calendar program, without your full name":                                          "recibió tus citas en un programa de calendario, sin tu nombre completo",
		"An address was made by which a calendar program reads your visits. An address from before works no more.": "Se creó una dirección con la que un programa de calendario lee tus citas. La anterior ya no funciona.",
		"The address by which a calendar program read your visits works no more.":                                  "La dirección con la que un programa de calendario leía tus citas ya no funciona.",
	}
}
