package render

import "image/color"

// Cells draws an image of w × h cells, whose top left corner is at (left, top). A cell has the given
// width and height. The function at returns the colour of cell i, row by row.
func Cells(c Canvas, left, top, width, height float32, w, h int, at func(i int) color.RGBA) {
	const overlap = 0.5 // each cell extends below the next cells, so that no gaps are visible
	for row := range h {
		for from := 0; from < w; {
			col, to := at(row*w+from), from+1
			for to < w && at(row*w+to) == col {
				to++
			}
			right, down := min(float32(to)+overlap, float32(w)), min(float32(row)+1+overlap, float32(h))
			Rect(c, left+width*float32(from), top-height*down, left+width*right, top-height*float32(row), col)
			from = to
		}
	}
}
