package stage

// A section is one of the panels beside the environment. Heights are in units of the font size.
type section struct {
	minHeight, maxHeight float32 // smallest and largest useful height; maxHeight 0 means an equal share of the window's height
	rows                 int     // number of bars; 0 for a section without bars
	draw                 func(*pane)
}

// A placedSection is a section with its top and bottom edge, measured from the top of the panels.
type placedSection struct {
	section
	from, to float32
}

// Heights, in units of the font size.
const (
	titleHeight = 2
	rowHeight   = 1.3 // smallest height of a bar
	curveHeight = 5.4 // smallest height of a curve
	minRows     = 4   // smallest number of bars of a panel that is cut
	maxGap      = 1.5 // largest gap between sections
)

// sections returns the visible panels, from top to bottom.
func (s *Screen) sections() (all []section) {
	if s.panels["m"] && s.Controls == nil && s.Player.HasImage() {
		all = append(all, section{curveHeight, 12, 0, s.sight})
	}
	if s.panels["m"] && s.policy != nil && s.memory.size() > 0 {
		all = append(all, section{curveHeight, 9, 0, s.memoryStrip})
	}
	if s.panels["b"] && s.policy != nil {
		n := float32(len(s.options))
		all = append(all, section{titleHeight + 0.6 + rowHeight*n, titleHeight + 0.6 + 2.2*n, len(s.options), s.bars})
	}
	if s.policy != nil && s.panels["v"] {
		all = append(all, section{curveHeight, 0, 0, s.valueCurve})
	}
	if s.panels["c"] {
		all = append(all, section{curveHeight, 0, 0, s.returnCurve})
	}
	if s.panels["i"] && s.Training != nil {
		all = append(all, section{7.3, 9.6, 0, s.trainingProgress})
	}
	return all
}

// arrange places sections below each other in a given height. If the height is too small for all
// of them, the panel of actions gets fewer rows. If it is still too small, arrange removes
// curves, the upper curve first.
func arrange(all []section, height float32) (out []placedSection) {
	minSum, maxSum := float32(0), float32(0) // sums of the smallest and of the largest heights
	equalShare := height / float32(max(len(all), 3))
	for i := range all {
		s := &all[i]
		if s.maxHeight == 0 {
			s.maxHeight = equalShare
		}
		minSum += s.minHeight
	}
	for i := range all {
		if s := &all[i]; minSum > height && s.rows > minRows {
			cut := min(minSum-height, rowHeight*float32(s.rows-minRows))
			s.minHeight, minSum = s.minHeight-cut, minSum-cut
		}
	}
	for i := 0; i < len(all) && minSum > height; {
		if all[i].minHeight != curveHeight {
			i++
			continue
		}
		minSum -= curveHeight
		all = append(all[:i:i], all[i+1:]...)
	}
	for _, s := range all {
		maxSum += max(s.maxHeight, s.minHeight)
	}
	share := float32(1) // share of the way from smallest to largest height that each section gets
	if maxSum > minSum {
		share = max(0, min(1, (height-minSum)/(maxSum-minSum)))
	}
	top, gap := float32(0), min(max(height-max(minSum, maxSum), 0)/float32(max(len(all), 1)), maxGap)
	for _, s := range all {
		bottom := top + s.minHeight + share*max(0, s.maxHeight-s.minHeight)
		out = append(out, placedSection{s, top, bottom})
		top = bottom + gap
	}
	return out
}
