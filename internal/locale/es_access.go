package locale

// spanishAccess is what the use cases of signing in say: second factors, passkeys,
// locked sessions and forgotten passwords.
func spanishAccess() map[string]string {
	return map[string]string{
		"This session is locked. Please give your password to go on.": "Esta sesión está bloqueada. Escribe tu contraseña para seguir.",
		"The password is wrong.":                                                             "La contraseña no es correcta.",
		"This is not your password.":                                                         "Esta no es tu contraseña.",
		"Your account needs a second factor. Please set one up first.":                       "Tu cuenta necesita un segundo factor. Configúralo primero.",
		"Please give the code of your authenticator app, or a recovery code.":                "Escribe el código de tu aplicación de autenticación o un código de recuperación.",
		"This code is wrong, or was used before. Try the next one.":                          "Este código no es correcto o ya se usó. Prueba con el siguiente.",
		"This code is wrong. Please check that the clock of your phone is right.":            "Este código no es correcto. Comprueba que la hora de tu teléfono esté bien.",
		"There were too many wrong codes. Please sign in from the beginning.":                "Ha habido demasiados códigos incorrectos. Inicia sesión desde el principio.",
		"This took too long. Please sign in from the beginning.":                             "Has tardado demasiado. Inicia sesión desde el principio.",
		"There is no second factor to take away.":                                            "No hay ningún segundo factor que quitar.",
		"No app is being set up. Please begin again.":                                        "No se está configurando ninguna aplicación. Empieza de nuevo.",
		"There is no second factor to recover. Please set one up first.":                     "No hay ningún segundo factor que recuperar. Configúralo primero.",
		"Passkeys can't be used at this address.":                                            "En esta dirección no se pueden usar llaves de acceso.",
		"This passkey can't be used. Please try again.":                                      "Esta llave de acceso no se puede usar. Inténtalo de nuevo.",
		"This passkey does not fit. Use another, or your password.":                          "Esta llave de acceso no corresponde. Usa otra o tu contraseña.",
		"You have as many passkeys as can be kept. Remove one first.":                        "Tienes todas las llaves de acceso que se pueden guardar. Quita una primero.",
		"This took too long, or was answered before. Please try again.":                      "Has tardado demasiado o ya se había respondido. Inténtalo de nuevo.",
		"There were too many attempts with passkeys from here. Please try again later.":      "Ha habido demasiados intentos con llaves de acceso desde aquí. Inténtalo más tarde.",
		"There were too many requests for a new password from here. Please try again later.": "Se han pedido demasiadas contraseñas nuevas desde aquí. Inténtalo más tarde.",
		"This link works no more. Please ask for another.":                                   "Este enlace ya no funciona. Pide otro.",
		"Staff reset their passwords themselves.":                                            "El personal restablece sus contraseñas por su cuenta.",
		"This person may not sign in.":                                                       "Esta persona no puede iniciar sesión.",
	}
}
