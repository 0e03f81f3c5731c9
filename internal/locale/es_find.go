package locale

// spanishFind is what the pages of where people look for a doctor say.
func spanishFind() map[string]string {
	return map[string]string{
		// The start page.
		"A time with a good doctor, soon":                            "Cita con un buen médico, pronto",
		"Choose a time that suits you. It takes less than a minute.": "Elige una hora que te venga bien. Se tarda menos de un minuto.",
		"Doctor or specialization":                                   "Médico o especialidad",
		"Cardiology, or a name":                                      "Cardiología, o un nombre",
		"Search":                                                     "Buscar",
		"Specializations":                                            "Especialidades",
		"The soonest visits":                                         "Las citas más próximas",
		"All doctors":                                                "Todos los médicos",
		"Your next visit":                                            "Tu próxima cita",

		// The search.
		"%d doctor.|%d doctors.":                       "%d médico.|%d médicos.",
		"%d year of experience|%d years of experience": "%d año de experiencia|%d años de experiencia",
		"%s, soonest first":                            "%s: primero las citas más próximas",
		"%s, best rated first":                         "%s: primero los mejor valorados",
		"%s, by name":                                  "%s: por nombre",
		"%s: “%s”":                                     "%s: «%s»",
		"Doctors for “%s”":                             "Médicos para «%s»",
		"%s or more":                                   "%s o más",
		"Next: %s":                                     "Próxima: %s",
		"More filters":                                 "Más filtros",
		"Order":                                        "Orden",
		"Soonest":                                      "Más próximas",
		"Best rated":                                   "Mejor valorados",
		"No doctor fits all of this":                   "Ningún médico cumple todo esto",
		"Try a shorter name, another day, or fewer filters.": "Prueba con un nombre más corto, otro día o menos filtros.",
		"Any rating":         "Cualquier valoración",
		"Any specialization": "Cualquier especialidad",

		// A doctor's page.
		"About %s":                              "Sobre %s",
		"Kind of visit":                         "Tipo de cita",
		"What patients say":                     "Lo que dicen los pacientes",
		"Nobody has rated a visit yet.":         "Nadie ha valorado una cita todavía.",
		"Older reviews":                         "Valoraciones anteriores",
		"Only you and the clinic see this page": "Solo tú y la clínica veis esta página",
		"Patients find a doctor once the licence has been checked.": "Los pacientes encuentran a un médico cuando se ha comprobado su licencia.",
	}
}
