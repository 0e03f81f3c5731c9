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
