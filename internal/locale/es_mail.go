package locale

// spanishMail is what mails say.
func spanishMail() map[string]string {
	return map[string]string{
		"Confirm your address": "Confirma tu dirección",
		"Then mail about your visits comes to it. Nobody else is to read that.": "Así te llegarán los correos sobre tus citas. Nadie más debe leerlos.",
		"Yes, this is my address": "Sí, es mi dirección",
		"It is older than a week, or the address is another by now. Another link comes with the next mail about a visit.":                        "Tiene más de una semana, o la dirección ya es otra. Con el próximo correo sobre una cita llega otro enlace.",
		"Thank you. Mail about your visits comes to this address from now on.":                                                                   "Gracias. Desde ahora los correos sobre tus citas llegan a esta dirección.",
		"There is mail about a visit for you. Confirm first that this is your address, so that nobody else reads it. The link works for a week.": "Hay un correo sobre una cita para ti. Confirma primero que esta es tu dirección, para que nadie más lo lea. El enlace sirve una semana.",
		"If this is not for you, do nothing: nothing else is sent here.":                                                                         "Si no es para ti, no hagas nada: no se envía nada más aquí.",
		"%s: %s":                      "%s: %s",
		"Visit confirmed":             "Cita confirmada",
		"Reminder of your visit":      "Recordatorio de tu cita",
		"Reminder, not yet confirmed": "Recordatorio, aún sin confirmar",
		"The doctor has not confirmed this visit yet. You hear of it as soon as it is.":                            "El médico aún no ha confirmado esta cita. Te avisaremos en cuanto lo haga.",
		"If something has come up, you can move or cancel it until it begins.":                                     "Si ha surgido algo, puedes cambiarla o cancelarla hasta que empiece.",
		"Somebody, probably you, has forgotten the password of this account. The link works once, for 30 minutes.": "Alguien, probablemente tú, ha olvidado la contraseña de esta cuenta. El enlace sirve una vez, durante 30 minutos.",
		"If it was not you, do nothing: your password stays as it is.":                                             "Si no has sido tú, no hagas nada: tu contraseña sigue igual.",
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
