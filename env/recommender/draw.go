package recommender

import (
	"fmt"
	"image/color"
	"strconv"

	"github.com/rlrun/rlrun/render"
)

var _ render.Scene = (*Recommender)(nil)

// StepsPerSecond returns 4: a session of 70 steps takes about 17 seconds.
func (r *Recommender) StepsPerSecond() int { return 4 }

// Draw draws the user's hidden interests as bars, upwards for liked topics; the latest slate, with
// the clicked document and the time for which it was watched; the candidates for the next slate, with
// their qualities; and the rest of the budget.
func (r *Recommender) Draw(d render.Canvas, l render.Look) {
	d.View(0, 0, 12, 7, l.Paper)
	r.drawInterests(d, l)
	r.drawSlate(d, l)
	r.drawCandidates(d, l)
	left := float32(min(r.left/r.Budget, 1))
	render.Segment(d, 0.6, 0.35, 11.4, 0.35, 0.14, l.Faint)
	render.Segment(d, 0.6, 0.35, 0.6+float32(10.8*left), 0.35, 0.14, l.Soft)
}

// topicColor returns the colour of a topic. With more than seven topics, some have the same colour.
func topicColor(l render.Look, topic int) color.RGBA {
	return [...]color.RGBA{l.Blue, l.Orange, l.Green, l.Pink, l.Sky, l.Red, l.Yellow}[topic%7]
}

// drawInterests draws a bar for each interest.
func (r *Recommender) drawInterests(d render.Canvas, l render.Look) {
	const left, right, zero, height = 0.5, 6.3, 5.1, 1.2
	d.Text(left, 6.5, 0.32, 0, "hidden interests", l.Label())
	pitch := (right - left) / float32(r.Topics)
	for t, u := range r.interests {
		x := left + float32(pitch*float32(t))
		render.Rect(d, x+float32(0.1*pitch), zero, x+float32(0.9*pitch), zero+float32(height*float32(u)), topicColor(l, t))
		d.Text(x+float32(0.5*pitch), 3.5, min(0.32, 0.6*pitch), 0.5, strconv.Itoa(t), l.Label())
	}
	render.Segment(d, left, zero, right, zero, 0.04, l.Ink)
}

// drawSlate draws the latest slate.
func (r *Recommender) drawSlate(d render.Canvas, l render.Look) {
	const left, right, y = 7, 11.5, 5.1
	d.Text(left, 6.5, 0.32, 0, "latest slate", l.Label())
	pitch := (right - left) / float32(r.Slate)
	size := min(pitch, 1.9)
	for i, doc := range r.slate {
		x := left + float32(size*(float32(i)+0.5))
		if doc.candidate != none && doc.candidate == r.clicked {
			half := float32(0.5 * size)
			render.Box(d, x-half, y-half, x+half, y+half, 0.14*size, l.Ink)
		}
		r.drawDocument(d, l, x, y, 0.84*size, doc)
	}
	if r.clicked != none {
		d.Text(left, 3.6, 0.32, 0, fmt.Sprintf("watched for %.2f", r.watched), l.Label())
	} else if r.steps > 0 {
		d.Text(left, 3.6, 0.32, 0, "no click", l.Label())
	}
}

// drawCandidates draws the candidates.
func (r *Recommender) drawCandidates(d render.Canvas, l render.Look) {
	const left, right, y = 0.5, 11.5, 1.65
	d.Text(left, 2.7, 0.32, 0, "candidates", l.Label())
	pitch := (right - left) / float32(r.Candidates)
	size := min(pitch, 1.7)
	for i, q := range r.qualities {
		r.drawDocument(d, l, left+float32(size*(float32(i)+0.5)), y, 0.84*size, document{i, q})
	}
}

// drawDocument draws a document around (x, y): a card in the colour of its topic, with the number of
// the topic and a line whose length is its quality. An empty place is pale.
func (r *Recommender) drawDocument(d render.Canvas, l render.Look, x, y, size float32, doc document) {
	half := float32(0.5 * size)
	if doc.candidate == none {
		render.Box(d, x-half, y-half, x+half, y+half, 0.12*size, l.Faint)
		return
	}
	topic := r.topic(doc.candidate)
	render.Box(d, x-half, y-half, x+half, y+half, 0.12*size, topicColor(l, topic))
	d.Text(x, y-float32(0.08*size), 0.42*size, 0.5, strconv.Itoa(topic), l.Paper)
	from, length := x-float32(0.34*size), float32(0.68*size)
	bottom := y - float32(0.3*size)
	render.Segment(d, from, bottom, from+length, bottom, 0.09*size, render.Mix(topicColor(l, topic), l.Paper, 0.35))
	render.Segment(d, from, bottom, from+float32(length*float32((1+doc.quality)/2)), bottom, 0.09*size, l.Paper)
}
