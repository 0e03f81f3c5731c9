package locale

// spanishMail is what mails say.
func spanishMail() map[string]string {
	return map[string]string{
		"%s: %s":                          "%s: %s",
		"Visit confirmed":                 "Cita confirmada",
		"Visit moved":                     "Cita cambiada de hora",
		"Moved, not yet confirmed":        "Cambiada de hora, aún sin confirmar",
		"Visit cancelled":                 "Cita cancelada",
		"See, change or cancel the visit": "Ver, cambiar o cancelar la cita",
		"The address was refused before.": "La dirección fue rechazada antes.",
		"See the visit":                   "Ver la cita",
		"Can't come? Cancel with the link above until it begins, or call %s. Then somebody else can have the time.": "¿No puedes venir? Cancela con el enlace de arriba hasta que empiece o llama al %s. Así otra persona puede tener la hora.",
		"Can't come? Cancel with the link above until it begins. Then somebody else can have the time.":             "¿No puedes venir? Cancela con el enlace de arriba hasta que empiece. Así otra persona puede tener la hora.",
	}
}
