package locale

// spanishUI is what the components of the pages say by themselves.
func spanishUI() map[string]string {
	return map[string]string{
		"optional":           "opcional",
		"There is a problem": "Hay un problema",
		"There is %d problem|There are %d problems": "Hay %d problema|Hay %d problemas",
		"You are here":           "Estás aquí",
		"Step %d of %d":          "Paso %d de %d",
		"Close":                  "Cerrar",
		"Show":                   "Mostrar",
		"Clear":                  "Quitar filtros",
		"Previous":               "Anterior",
		"Next":                   "Siguiente",
		"More pages":             "Más páginas",
		"The numbers as a table": "Los números en una tabla",

		// Times.
		"No open times":                "Sin horas libres",
		"No open times in these days.": "No hay horas libres en estos días.",
		"No open times at the moment.": "Ahora mismo no hay horas libres.",
		"All open times":               "Todas las horas libres",
		"%d more|%d more":              "%d más|%d más",
		"Earlier":                      "Antes",
		"Later":                        "Después",
		"Other weeks than %s":          "Otras semanas además de %s",
		"Now: %s":                      "Ahora: %s",
		"free":                         "libre",

		// Visits.
		"For %s":                       "Para %s",
		"Requested":                    "Solicitada",
		"Requested, not yet confirmed": "Solicitada, aún sin confirmar",
		"Confirmed":                    "Confirmada",
		"Completed":                    "Realizada",
		"Cancelled":                    "Cancelada",
		"Missed":                       "No se acudió",
		"Expired":                      "Caducada",
		"Not confirmed in time":        "No se confirmó a tiempo",

		// Ratings.
		"%s of 5 stars":                   "%s de 5 estrellas",
		"of 5 stars":                      "de 5 estrellas",
		"No ratings yet":                  "Aún sin valoraciones",
		"%d rating|%d ratings":            "%d valoración|%d valoraciones",
		"%d star|%d stars":                "%d estrella|%d estrellas",
		"How often each rating was given": "Cuántas veces se dio cada valoración",
		"Rated without words.":            "Valoración sin comentario.",
	}
}
