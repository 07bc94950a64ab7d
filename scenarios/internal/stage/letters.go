package stage

import "strings"

// fit returns text, at most width pixels wide at this font size. It cuts a longer text and adds "…".
func (p *pane) fit(text string, size, width float32) string {
	if p.TextWidth(text, size) <= width {
		return text
	}
	letters := []rune(text)
	for len(letters) > 0 && p.TextWidth(string(letters)+"…", size) > width {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimRight(string(letters), " ") + "…"
}

// wrap breaks text into at most maxLines lines, each at most width pixels wide. It cuts a longer
// last line like fit.
func (p *pane) wrap(text string, size, width float32, maxLines int) (lines []string) {
	line := ""
	words := strings.Fields(text)
	for i, word := range words {
		longer := strings.TrimLeft(line+" "+word, " ")
		switch {
		case line == "" || p.TextWidth(longer, size) <= width:
			line = longer
		case len(lines) == maxLines-1:
			return append(lines, p.fit(line+" "+strings.Join(words[i:], " "), size, width))
		default:
			lines, line = append(lines, p.fit(line, size, width)), word
		}
	}
	return append(lines, p.fit(line, size, width))
}
