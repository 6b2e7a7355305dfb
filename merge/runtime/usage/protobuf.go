package usage

import "encoding/binary"

// twoNumbers returns the fields 1 and 2 of a message.
func twoNumbers(message []byte) (one, two uint64, err error) {
	err = eachField(message, func(field int, number uint64, _ []byte) error {
		switch field {
		case 1:
			one = number
		case 2:
			two = number
		}
		return nil
	})
	return one, two, err
}

// appendNumbers adds an element of a list of numbers, or several if packed.
func appendNumbers(to []uint64, number uint64, packed []byte) ([]uint64, error) {
	if packed == nil {
		return append(to, number), nil
	}
	for len(packed) > 0 {
		number, n := binary.Uvarint(packed)
		if n <= 0 {
			return nil, errProfile
		}
		to, packed = append(to, number), packed[n:]
	}
	return to, nil
}

// eachField calls f for the fields of a protobuf message, with the number of
// those that have one and the bytes, never nil, of the others.
func eachField(message []byte, f func(field int, number uint64, data []byte) error) error {
	for len(message) > 0 {
		key, n := binary.Uvarint(message)
		if n <= 0 {
			return errProfile
		}
		message = message[n:]
		number, n := binary.Uvarint(message)
		if n <= 0 {
			return errProfile
		}
		message = message[n:]
		var data []byte
		switch key & 7 {
		case 0:
		case 2:
			if number > uint64(len(message)) {
				return errProfile
			}
			data, message = message[:number:number], message[number:]
		default: // of fixed size: profiles have none
			return errProfile
		}
		if err := f(int(key>>3), number, data); err != nil {
			return err
		}
	}
	return nil
}
