package demo

import "strings"

// culture is where a name comes from. The lists are short and of our own
// choosing: common names that together belong to nobody in particular.
type culture struct {
	female, male, family []string
	twoFamilyNames       bool // the father's and the mother's
}

// cultures are the origins of the people of a European city, by their share.
func cultures() []share[culture] {
	names := func(s string) []string { return strings.Split(s, ", ") }
	return []share[culture]{
		{30, culture{ // Spanish
			female: names("Lucía, María, Carmen, Elena, Marta, Paula, Alba, Irene, Nuria, Rocío, Inés, Pilar, Beatriz, Sara"),
			male:   names("Javier, Alejandro, Pablo, Diego, Sergio, Andrés, Álvaro, Miguel, Raúl, Ignacio, Jorge, Hugo, Manuel, Iván"),
			family: names("García, Fernández, López, Martínez, Sánchez, Romero, Navarro, Torres, Molina, Ortega, Delgado, Serrano, Vidal, Castillo, Peña, Ibáñez"), twoFamilyNames: true,
		}},
		{10, culture{ // English
			female: names("Emma, Charlotte, Olivia, Grace, Hannah, Alice, Ruth, Eleanor, Lily, Harriet"),
			male:   names("James, Oliver, Thomas, George, Henry, Daniel, Samuel, Edward, Jack, Simon"),
			family: names("Smith, Taylor, Clarke, Walker, Bennett, Hughes, Foster, Palmer, Webb, Marsh, Holloway, Barnes"),
		}},
		{6, culture{ // German
			female: names("Anna, Johanna, Katharina, Lena, Greta, Sabine, Ulrike, Klara, Frieda, Birgit"),
			male:   names("Lukas, Felix, Jonas, Matthias, Stefan, Jürgen, Moritz, Tobias, Karl, Dieter"),
			family: names("Müller, Schneider, Fischer, Weber, Becker, Hoffmann, Krüger, Vogel, Brandt, Lindner, Schäfer, Köhler"),
		}},
		{6, culture{ // Indian
			female: names("Priya, Ananya, Kavita, Deepa, Meera, Sunita, Aisha, Lakshmi, Neha, Divya"),
			male:   names("Arjun, Rohan, Vikram, Sanjay, Rahul, Aditya, Suresh, Kiran, Nikhil, Imran"),
			family: names("Sharma, Patel, Iyer, Reddy, Nair, Mehta, Chatterjee, Kapoor, Desai, Menon, Rao, Joshi"),
		}},
		{6, culture{ // Nigerian
			female: names("Ngozi, Amaka, Folake, Chioma, Adaeze, Yetunde, Ifeoma, Bukola, Halima, Zainab"),
			male:   names("Chinedu, Emeka, Tunde, Olumide, Ibrahim, Kelechi, Obinna, Segun, Musa, Femi"),
			family: names("Okafor, Adeyemi, Balogun, Eze, Okonkwo, Bello, Nwosu, Ogunleye, Abubakar, Olawale, Uche, Danjuma"),
		}},
		{7, culture{ // Arabic
			female: names("Fatima, Layla, Amina, Yasmin, Noor, Salma, Huda, Rania, Samira, Mariam"),
			male:   names("Omar, Youssef, Khalid, Tariq, Hassan, Karim, Bilal, Samir, Nabil, Mahmoud"),
			family: names("El Amrani, Haddad, Mansour, Benali, Khoury, Saleh, Najjar, Farouk, Zidan, Bouazza, Hamdan, Rahmani"),
		}},
		{7, culture{ // Brazilian
			female: names("Beatriz, Larissa, Camila, Fernanda, Luana, Gabriela, Juliana, Isabela, Thaís, Renata"),
			male:   names("João, Rafael, Thiago, Gustavo, Bruno, Caio, Leandro, Vinícius, Marcelo, Otávio"),
			family: names("Silva, Souza, Oliveira, Pereira, Carvalho, Ribeiro, Barbosa, Araújo, Teixeira, Moreira, Azevedo, Gonçalves"),
		}},
		{5, culture{ // Chinese
			female: names("Mei, Xiu Ying, Jia, Li Na, Yan, Hui Min, Qing, Xin Yi, Fang, Yu Ting"),
			male:   names("Wei, Jun, Hao, Ming, Zhi Qiang, Lei, Bo, Jian Guo, Tao, Yi Fan"),
			family: names("Wang, Li, Zhang, Chen, Liu, Yang, Huang, Zhao, Wu, Zhou, Xu, Lin"),
		}},
		{4, culture{ // Japanese
			female: names("Yuki, Sakura, Haruka, Aiko, Naomi, Emi, Keiko, Miho, Rin, Ayumi"),
			male:   names("Haruto, Kenji, Takumi, Daiki, Satoshi, Ren, Hiroshi, Kaito, Shota, Makoto"),
			family: names("Satō, Tanaka, Watanabe, Itō, Nakamura, Kobayashi, Yoshida, Yamamoto, Mori, Ishikawa, Ōno, Fujita"),
		}},
		{4, culture{ // Polish
			female: names("Agnieszka, Katarzyna, Zofia, Magdalena, Ewa, Joanna, Małgorzata, Hanna, Aleksandra, Iwona"),
			male:   names("Piotr, Krzysztof, Tomasz, Paweł, Jakub, Marek, Łukasz, Wojciech, Adam, Stanisław"),
			family: names("Nowak, Wójcik, Mazur, Krawczyk, Zając, Król, Wróbel, Dudek, Pawlak, Sikora, Baran, Michalak"),
		}},
		{4, culture{ // Swedish
			female: names("Astrid, Elin, Ingrid, Maja, Sofia, Linnéa, Karin, Freja, Ebba, Åsa"),
			male:   names("Erik, Lars, Oskar, Gustav, Nils, Anders, Björn, Axel, Mattias, Johan"),
			family: names("Andersson, Lindqvist, Bergström, Nyström, Sandberg, Ekström, Holm, Sjöberg, Lundgren, Åkesson, Wallin, Hedlund"),
		}},
		{4, culture{ // Turkish
			female: names("Elif, Zeynep, Ayşe, Defne, Merve, Selin, Esra, Derya, Gülay, Nesrin"),
			male:   names("Mehmet, Emre, Can, Burak, Kerem, Yusuf, Oğuz, Serkan, Tolga, Hakan"),
			family: names("Yılmaz, Demir, Kaya, Şahin, Çelik, Öztürk, Aydın, Arslan, Doğan, Koç, Polat, Güneş"),
		}},
		{4, culture{ // Vietnamese
			female: names("Lan, Hoa, Thu, Linh, Mai, Ngọc, Phương, Thảo, Trang, Hương"),
			male:   names("Minh, Tuấn, Hùng, Dũng, Quang, Khoa, Long, Nam, Thành, Phúc"),
			family: names("Nguyễn, Trần, Lê, Phạm, Hoàng, Vũ, Võ, Đặng, Bùi, Đỗ, Hồ, Dương"),
		}},
		{3, culture{ // Ethiopian: the father's given name follows
			female: names("Selam, Hirut, Meseret, Tigist, Bethlehem, Almaz, Rahel, Genet, Saba, Mahlet"),
			male:   names("Abebe, Dawit, Tesfaye, Yonas, Haile, Bereket, Samuel, Girma, Kebede, Mulugeta"),
			family: names("Bekele, Tadesse, Alemu, Getachew, Worku, Desta, Mengistu, Assefa, Wolde, Negash, Lemma, Gebre"),
		}},
	}
}

func (c culture) surname(r random) string {
	first := pick(r, c.family)
	if !c.twoFamilyNames {
		return first
	}
	return first + " " + pick(r, c.family)
}
