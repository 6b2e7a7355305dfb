package convert

// OneSided returns the names of the fields, as in the IDL, that only the sender's
// struct has and those that only the receiver's has.
func (c *Conversion) OneSided() (sender, receiver []string) {
	if c.src.message == nil || c.dst.message == nil || c.root != nil {
		return nil, nil
	}
	if from, to := c.src.protobuf, c.dst.protobuf; from != nil && to != nil {
		for _, f := range from.fields {
			if to.byNumber[f.number] == nil {
				sender = append(sender, f.name)
			}
		}
		for _, f := range to.fields {
			if from.byNumber[f.number] == nil {
				receiver = append(receiver, f.name)
			}
		}
		return sender, receiver
	}
	for _, f := range c.src.fields {
		if c.dst.byID[f.id] == nil {
			sender = append(sender, f.name)
		}
	}
	for _, f := range c.dst.fields {
		if c.src.byID[f.id] == nil {
			receiver = append(receiver, f.name)
		}
	}
	return sender, receiver
}
