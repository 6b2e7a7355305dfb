package usage

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"time"
)

// errProfile is the error for data that is not a CPU profile.
var errProfile = errors.New("not a CPU profile as runtime/pprof writes it")

// cpuTimes adds up the CPU time in a profile of package runtime/pprof by
// service. A sample belongs to the innermost of its functions for which owner
// returns a service and not "": code may set the label "service" for its own
// purposes. Where all functions are of packages without a namespace, as in a
// goroutine of a shared one, it is the label that tells.
func cpuTimes(profile []byte, owner func(function string) string) (map[string]time.Duration, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(profile))
	if err != nil {
		return nil, errProfile
	}
	message, err := io.ReadAll(unzipped)
	if err != nil {
		return nil, errProfile
	}
	return cpuTimesOf(message, owner)
}

// cpuTimesOf adds up a profile that is not compressed any more.
func cpuTimesOf(message []byte, owner func(function string) string) (map[string]time.Duration, error) {
	p := profileMessage{functions: map[uint64]uint64{}, locations: map[uint64][]uint64{}}
	if err := p.decode(message); err != nil {
		return nil, err
	}
	times := map[string]time.Duration{}
	for _, s := range p.samples {
		if len(s.values) != 2 { // their number and their time
			return nil, errProfile
		}
		if service := p.serviceOf(s, owner); service != "" {
			times[service] += time.Duration(s.values[1])
		}
	}
	return times, nil
}

// profileMessage is what cpuTimes needs of the message Profile of pprof's
// profile.proto. Strings stand as their index in its table.
type profileMessage struct {
	samples   []profileSample
	functions map[uint64]uint64   // name by id
	locations map[uint64][]uint64 // functions by id, the innermost first
	strings   []string
}

type profileSample struct {
	locations, values []uint64
	labels            []profileLabel
}

type profileLabel struct{ key, value uint64 }

func (p *profileMessage) serviceOf(s profileSample, owner func(string) string) string {
	for _, location := range s.locations {
		for _, function := range p.locations[location] {
			if service := owner(p.text(p.functions[function])); service != "" {
				return service
			}
		}
	}
	for _, l := range s.labels {
		if p.text(l.key) == serviceLabel {
			return p.text(l.value)
		}
	}
	return ""
}

func (p *profileMessage) text(index uint64) string {
	if index >= uint64(len(p.strings)) {
		return ""
	}
	return p.strings[index]
}

// decode reads the message. The numbers come from profile.proto.
func (p *profileMessage) decode(message []byte) error {
	return eachField(message, func(field int, _ uint64, data []byte) (err error) {
		switch field {
		case 2:
			var s profileSample
			s, err = decodeSample(data)
			p.samples = append(p.samples, s)
		case 4:
			var id uint64
			var functions []uint64
			err = eachField(data, func(field int, number uint64, line []byte) error {
				switch field {
				case 1:
					id = number
				case 4:
					return eachField(line, func(field int, number uint64, _ []byte) error {
						if field == 1 {
							functions = append(functions, number)
						}
						return nil
					})
				}
				return nil
			})
			p.locations[id] = functions
		case 5:
			var id, name uint64
			id, name, err = twoNumbers(data)
			p.functions[id] = name
		case 6:
			p.strings = append(p.strings, string(data))
		}
		return err
	})
}

func decodeSample(message []byte) (s profileSample, err error) {
	err = eachField(message, func(field int, number uint64, data []byte) (err error) {
		switch field {
		case 1:
			s.locations, err = appendNumbers(s.locations, number, data)
		case 2:
			s.values, err = appendNumbers(s.values, number, data)
		case 3:
			var l profileLabel
			l.key, l.value, err = twoNumbers(data)
			s.labels = append(s.labels, l)
		}
		return err
	})
	return s, err
}
