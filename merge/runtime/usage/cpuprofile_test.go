package usage

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"maps"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// field returns one field of a protobuf message: a number, or what consists of
// bytes.
func field(number int, value any) []byte {
	switch v := value.(type) {
	case int:
		return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(number<<3)), uint64(v))
	case string:
		out := binary.AppendUvarint(nil, uint64(number<<3|2))
		return append(binary.AppendUvarint(out, uint64(len(v))), v...)
	}
	panic("no field")
}

// message returns fields in the form of a string, to be a field itself.
func message(fields ...[]byte) string { return string(bytes.Join(fields, nil)) }

func zipped(message string) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write([]byte(message))
	w.Close()
	return out.Bytes()
}

// ownerOfTest knows functions by the first part of their names.
func ownerOfTest(function string) string {
	service, _, _ := strings.Cut(function, "/")
	return map[string]string{"stock": "stock", "item": "item"}[service]
}

func TestCPUTimes(t *testing.T) {
	strings := message(field(6, ""), field(6, "service"), field(6, "stock"), field(6, "x"),
		field(6, "runtime.mallocgc"), field(6, "item/example.com/item.Get"), field(6, "stock/example.com/stock.Get"))
	places := message(
		field(5, message(field(1, 11), field(2, 4))), field(5, message(field(1, 12), field(2, 5))), field(5, message(field(1, 13), field(2, 6))),
		field(4, message(field(1, 1), field(4, message(field(1, 11), field(2, 99))))),
		// The second function was inlined into the third.
		field(4, message(field(1, 2), field(4, message(field(1, 12))), field(4, message(field(1, 13))))))
	ofStock := field(3, message(field(1, 1), field(2, 2)))
	other := field(3, message(field(1, 3), field(2, 2)))
	ten := message(field(2, 1), field(2, 10))
	tests := []struct {
		name    string
		samples string
		want    map[string]time.Duration
	}{
		{"the innermost function tells the service", sampleField(ten, field(1, 1), field(1, 2)), map[string]time.Duration{"item": 10}},
		{"even if the code sets the label itself", sampleField(ten, ofStock, field(1, 2)), map[string]time.Duration{"item": 10}},
		{"where no function is of a service, the label tells", sampleField(ten, ofStock, field(1, 1)) + sampleField(ten, other, ofStock), map[string]time.Duration{"stock": 20}},
		{"what has neither is nobody's", sampleField(ten) + sampleField(ten, other, field(1, 1)), map[string]time.Duration{}},
		{"numbers can be packed", sampleField(message(field(2, "\x01\x90\x03"), field(1, "\x01\x02"))), map[string]time.Duration{"item": 400}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := cpuTimes(zipped(tt.samples+places+strings), ownerOfTest)
			if err != nil || !maps.Equal(got, tt.want) {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

// sampleField returns a sample as a field of the profile.
func sampleField(values string, labelsAndLocations ...[]byte) string {
	return string(field(2, values+message(labelsAndLocations...)))
}

func TestCPUTimesRefuses(t *testing.T) {
	for name, profile := range map[string][]byte{
		"nothing":            nil,
		"text":               []byte("no profile"),
		"a cut profile":      zipped(message(field(6, "")))[:20],
		"another message":    zipped("\x09\x00\x00\x00\x00\x00\x00\x00\x00"),
		"a field too long":   zipped("\x12\x05abc"),
		"a sample of memory": zipped(sampleField(message(field(2, 1), field(2, 2), field(2, 3)))),
	} {
		if got, err := cpuTimes(profile, ownerOfTest); err != errProfile {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

// realProfile takes a CPU profile while two services run, one of which shows in
// the label only.
func realProfile(t testing.TB) []byte {
	var profile bytes.Buffer
	if err := pprof.StartCPUProfile(&profile); err != nil {
		t.Fatal(err)
	}
	pprof.Do(context.Background(), pprof.Labels("service", "item", "request", "1"), func(context.Context) {
		burn(100 * time.Millisecond)
		ofStock(100 * time.Millisecond)
	})
	pprof.StopCPUProfile()
	return profile.Bytes()
}

// burn keeps a core busy.
func burn(d time.Duration) {
	for begin := time.Now(); time.Since(begin) < d; {
	}
}

func ofStock(d time.Duration) { burn(d) }

func TestCPUTimesOfARealProfile(t *testing.T) {
	owner := func(function string) string {
		if strings.HasSuffix(function, "usage.ofStock") {
			return "stock"
		}
		return ""
	}
	// A busy machine may leave nothing to sample.
	for range 20 {
		got, err := cpuTimes(realProfile(t), owner)
		if err != nil {
			t.Fatal(err)
		}
		if got["item"] > 0 && got["stock"] > 0 && len(got) == 2 {
			return
		}
	}
	t.Error("no profile had the time of both services")
}

func FuzzCPUTimes(f *testing.F) {
	reader, err := gzip.NewReader(bytes.NewReader(realProfile(f)))
	if err != nil {
		f.Fatal(err)
	}
	var real bytes.Buffer
	real.ReadFrom(reader)
	f.Add(real.Bytes())
	f.Add([]byte("\x12\x05abc"))
	f.Fuzz(func(t *testing.T, message []byte) {
		times, err := cpuTimesOf(message, ownerOfTest)
		if err == nil && times == nil {
			t.Error("neither times nor an error")
		}
	})
}
