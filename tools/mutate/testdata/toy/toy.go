package toy

// Grade returns a grade for points.
func Grade(points int) string {
	if points < 0 {
		return "none"
	}
	if points >= 50 && points <= 100 {
		return "passed"
	}
	return "failed"
}

// Log keeps what was said.
type Log struct{ Said []string }

func (l *Log) say(text string) { l.Said = append(l.Said, text) }

// Greet says two things.
func (l *Log) Greet() {
	l.say("hello")
	l.say("goodbye")
}
