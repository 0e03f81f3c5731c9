package demo

// commentsByStars is what people write beside one to five stars.
func commentsByStars() map[int][]string {
	delighted := []string{
		"Took the time to explain everything. I left reassured.",
		"Best doctor I have had in years.",
		"On time, friendly and clear. Thank you!",
		"Listened first and talked second. Rare.",
		"My son was scared, and she had him laughing within a minute.",
		"Found in ten minutes what others had missed for a year.",
		"I finally understand what my results mean.",
		"Very thorough. Nothing felt rushed.",
		"Warm, competent and honest about what is not known yet.",
		"Booked on my phone in the evening, was seen the next morning.",
		"Gave me a written plan to take home. Very helpful.",
		"I never felt judged.",
		"Called me personally with the results, as promised.",
		"Kind to my mother, who does not hear well.",
		"Straight answers, no unnecessary tests.",
		"The video consultation worked perfectly.",
		"Explains things with a drawing. I remember every word.",
		"I came nervous and left calm.",
		"Knew my history without my having to repeat it.",
		"Would recommend to family and friends, and already have.",
		"Great care from reception to the end of the visit.",
	}
	content := []string{
		"Good visit, short wait.",
		"Competent and friendly.",
		"Helpful advice, the treatment is working so far.",
		"A good doctor. The waiting room could use more chairs.",
		"Clear explanations, a bit quick at the end.",
		"Waited fifteen minutes, but it was worth it.",
		"Professional and polite.",
		"Solved my problem. Parking nearby is difficult.",
		"Pleasant, though I had hoped for a little more time.",
		"Everything went as expected.",
		"Would come back.",
		"Good follow-up, the reminder was useful.",
		"Easy to book and easy to find.",
		"Nice staff. The room was rather cold.",
	}
	mixed := []string{
		"All right, but felt rushed.",
		"Waited half an hour past my time.",
		"Knows the subject, but hard to follow.",
		"Mixed feelings: good advice, little empathy.",
		"I had to ask twice to get an answer.",
		"The visit was fine, the bill took three attempts.",
		"Average. I am still not sure what to do next.",
		"The diagnosis seems right, the explanation was short.",
		"Friendly, but could not help with my question.",
		"Looked more at the screen than at me.",
	}
	unhappy := []string{
		"Forty minutes late and no word of apology.",
		"I did not feel listened to.",
		"Five minutes and out of the door again.",
		"Had not read the report that I sent before.",
		"The prescription was wrong and I had to come back.",
		"Dismissed my pain as stress.",
		"Hard to reach after the visit.",
		"Two appointments moved at short notice.",
		"The video call failed twice and nobody rang me.",
		"I expected an examination and got a leaflet.",
	}
	bitter := []string{
		"Rude. I will not come back.",
		"An hour of waiting for three minutes.",
		"Interrupted me at every sentence.",
		"Nobody called about my results, although they promised.",
		"The worst experience I have had at a doctor's.",
		"Would not answer my questions.",
	}
	return map[int][]string{5: delighted, 4: content, 3: mixed, 2: unhappy, 1: bitter}
}
