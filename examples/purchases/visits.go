package main

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/supervised"
)

// The events of a visit to a shop.
const (
	search   = iota // searches for goods
	view            // looks at an article
	review          // reads what others write about the article
	cart            // puts the article into the cart
	remove          // takes an article out of the cart
	shipping        // looks at the cost of shipping
	events          // number of events
)

// longest is the largest number of events of a visit.
const longest = 40

// visits returns a data set of n visits. An event has two inputs: its number, and the logarithm of
// the seconds since the event before it. The class is 1 if the visit ends with a purchase.
func visits(rng *rand.Rand, n int) *supervised.Set {
	set := &supervised.Set{Steps: longest}
	for range n {
		v := visitor{rng: rng, keen: rng.NormFloat64()}
		length := 5 + rng.IntN(longest-4)
		row := make([]float32, 2*longest) // with padding before the first event
		for i := longest - length; i < longest; i++ {
			event, gap := v.next()
			row[2*i], row[2*i+1] = float32(event), float32(gap/5)
		}
		class := float32(0)
		if v.items > 0 && v.wish+0.3*rng.NormFloat64() > 1 {
			class = 1
		}
		set.Inputs, set.Classes, set.Lengths = append(set.Inputs, row...), append(set.Classes, class), append(set.Lengths, length)
	}
	return set
}

// A visitor is a person who visits the shop. The events show the state of the visitor only in part.
type visitor struct {
	rng   *rand.Rand
	keen  float64 // inclination to buy, the same for the whole visit
	wish  float64 // wish to buy at present
	items int     // articles in the cart
	last  int     // the event before
}

// next returns the next event, and the logarithm of the seconds before it.
func (v *visitor) next() (event int, gap float64) {
	gap = 3 + v.rng.NormFloat64()
	if v.rng.Float64() < 0.06 { // a long pause, in which the visitor forgets much
		gap += 4
		v.wish *= 0.4
	}
	weights := [events]float64{search: 2, view: 4, review: 0.5, cart: 0.7 * math.Exp(0.5*v.keen)}
	if v.last == view {
		weights[review] = 3
	}
	if v.items > 0 {
		weights[remove], weights[shipping] = 0.6, 0.6
	}
	event = choose(v.rng, weights)
	switch event {
	case view:
		v.wish += 0.05
	case review: // which often leads to a purchase if the article is in the cart
		v.wish += 0.1 * float64(1+2*min(v.items, 1))
	case cart:
		v.items++
		v.wish += 0.5
	case remove:
		v.items--
		v.wish -= 0.6
	case shipping: // which is dear for a single article
		v.wish += 0.25 * float64(v.items-2)
	}
	v.last = event
	return event, max(gap, 0)
}

// choose returns a random index, with probabilities that are proportional to the weights.
func choose(rng *rand.Rand, weights [events]float64) int {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	x := sum * rng.Float64()
	for i, w := range weights {
		if x -= w; x < 0 {
			return i
		}
	}
	return view
}
