package locale

// spanishCommon is what several parts of the product say.
func spanishCommon() map[string]string {
	return map[string]string{
		"%s at %s": "%s a las %s",
		// The frame of every page.
		"Skip to the content": "Ir al contenido",
		"Turno, start page":   "Turno, página de inicio",
		"Main":                "Principal",
		"Language":            "Idioma",
		"Dismiss":             "Cerrar",
		"Sign in":             "Iniciar sesión",
		"Sign out":            "Cerrar sesión",
		"Account":             "Cuenta",
		"Find a doctor":       "Buscar médico",
		"My visits":           "Mis citas",
		"My start page":       "Mi página de inicio",
		"Schedule":            "Agenda",
		"Hours":               "Horario",
		"Feedback":            "Valoraciones",
		"Day":                 "Día",
		"Visits":              "Citas",
		"People":              "Personas",
		"Clinic":              "Clínica",

		// When something can't be shown or done.
		"We can't find this page":          "No encontramos esta página",
		"This page is not for you":         "Esta página no es para ti",
		"One moment, please":               "Un momento, por favor",
		"That did not work":                "No se ha podido hacer",
		"We'll be back in a moment":        "Volvemos en un momento",
		"Something went wrong on our side": "Algo ha fallado por nuestra parte",
		"It may have moved, or it is not for the account that you are using.":          "Puede que haya cambiado de sitio o que no sea para la cuenta que usas.",
		"Nothing was changed. Please try again; if it happens again, tell the clinic.": "No se ha cambiado nada. Inténtalo de nuevo; si vuelve a pasar, avisa a la clínica.",
		"This form could not be read.":                                                 "No se pudo leer este formulario.",
		"Choose one of the languages.":                                                 "Elige uno de los idiomas.",
		"This request came from another site, so nothing was done.":                    "Esta petición vino de otro sitio, así que no se ha hecho nada.",

		// Dates.
		"Today":                        "Hoy",
		"Tomorrow":                     "Mañana",
		"Yesterday":                    "Ayer",
		"just now":                     "ahora mismo",
		"%d minute|%d minutes":         "%d minuto|%d minutos",
		"%d hour|%d hours":             "%d hora|%d horas",
		"%d minute ago|%d minutes ago": "hace %d minuto|hace %d minutos",
		"%d hour ago|%d hours ago":     "hace %d hora|hace %d horas",
		"%d day ago|%d days ago":       "hace %d día|hace %d días",
	}
}
