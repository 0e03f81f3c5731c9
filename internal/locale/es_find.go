package locale

// spanishFind is what the pages of where people look for a doctor say.
func spanishFind() map[string]string {
	return map[string]string{
		"Choose a time that suits you. It takes less than a minute.": "Elige una hora que te venga bien. Se tarda menos de un minuto.",
		"Doctor or specialization":                                   "Médico o especialidad",
		"Search":                                                     "Buscar",
	}
}
