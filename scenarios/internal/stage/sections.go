package stage

// A section is one of the panels beside the environment. Heights are in letters.
type section struct {
	least, wanted float32 // smallest and largest useful height; wanted 0 means an equal share
	rows          int     // rows of bars; 0 for a section without bars
	draw          func(*pane)
}

// A placedSection is a section with its top and bottom edge, measured from the top of the panels.
type placedSection struct {
	section
	from, to float32
}

// Heights, in letters.
const (
	titleHeight = 2
	rowHeight   = 1.3 // smallest height of a row of bars
	curveHeight = 5.4 // smallest height of a curve
	fewestRows  = 4   // fewest rows of bars that a panel is cut to
	widestGap   = 1.5 // largest gap between sections
)

// sections returns the overlays that are switched on, from top to bottom.
func (s *Screen) sections() (all []section) {
	if s.overlays["b"] && s.policy != nil {
		n := float32(len(s.options))
		all = append(all, section{titleHeight + 0.6 + rowHeight*n, titleHeight + 0.6 + 2.2*n, len(s.options), s.bars})
	}
	if s.policy != nil && s.overlays["v"] {
		all = append(all, section{curveHeight, 0, 0, s.valueCurve})
	}
	if s.overlays["c"] {
		all = append(all, section{curveHeight, 0, 0, s.returnCurve})
	}
	if s.overlays["i"] && s.Training != nil {
		all = append(all, section{7.3, 9.6, 0, s.trainingFigures})
	}
	return all
}

// arrange places sections below each other in a height. If the height is too small for all of
// them, the bars get fewer rows. If it is still too small, curves are left out, the upper one first.
func arrange(all []section, height float32) (out []placedSection) {
	least, wanted := float32(0), float32(0)
	even := height / float32(max(len(all), 3))
	for i := range all {
		s := &all[i]
		if s.wanted == 0 {
			s.wanted = even
		}
		least += s.least
	}
	for i := range all {
		if s := &all[i]; least > height && s.rows > fewestRows {
			less := min(least-height, rowHeight*float32(s.rows-fewestRows))
			s.least, least = s.least-less, least-less
		}
	}
	for i := 0; i < len(all) && least > height; {
		if all[i].least != curveHeight {
			i++
			continue
		}
		least -= curveHeight
		all = append(all[:i:i], all[i+1:]...)
	}
	for _, s := range all {
		wanted += max(s.wanted, s.least)
	}
	share := float32(1)
	if wanted > least {
		share = max(0, min(1, (height-least)/(wanted-least)))
	}
	at, gap := float32(0), min(max(height-max(least, wanted), 0)/float32(max(len(all), 1)), widestGap)
	for _, s := range all {
		to := at + s.least + share*max(0, s.wanted-s.least)
		out = append(out, placedSection{s, at, to})
		at = to + gap
	}
	return out
}
