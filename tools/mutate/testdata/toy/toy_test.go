package toy

import "testing"

func TestGrade(t *testing.T) {
	for points, want := range map[int]string{-1: "none", 10: "failed", 50: "passed", 70: "passed", 101: "failed"} {
		if got := Grade(points); got != want {
			t.Errorf("%d: %s", points, got)
		}
	}
}

func TestGreet(t *testing.T) {
	var l Log
	l.Greet()
	if l.Said[0] != "hello" {
		t.Error(l.Said)
	}
}
