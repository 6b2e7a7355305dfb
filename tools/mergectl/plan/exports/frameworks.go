package exports

// frameworks are the conventions of Kitex's monitor-prometheus and of
// go-grpc-middleware.
var frameworks = []convention{
	{
		calls:  map[string]int{"kitex_client_throughput": 0, "kitex_server_throughput": 1},
		others: []string{"kitex_client_latency_us", "kitex_server_latency_us"},
		labels: []string{"caller", "callee"},
		read: func(_ *reader, labels map[string]string) (caller, callee, method, why string) {
			if caller, callee = labels["caller"], labels["callee"]; caller == unknownName || callee == unknownName {
				return "", known(callee), "", "caller or callee is unknown: it has no name"
			}
			return caller, callee, labels["method"], ""
		},
	},
	{
		calls:  map[string]int{"grpc_client_handled_total": 0},
		others: []string{"grpc_client_started_total", "grpc_client_msg_received_total", "grpc_client_msg_sent_total", "grpc_client_handling_seconds"},
		labels: []string{"grpc_service", "grpc_method"},
		read:   readGRPC,
	},
}

// sizes are the attributes of spans with the sizes of requests and responses: those
// of Kitex's instrumentation, and of the conventions for HTTP.
var sizes = []string{"kitex.send_size", "kitex.recv_size", "http.request.body.size", "http.response.body.size"}

// callerLabels are the labels that may name the service that a process is of, the
// surest first.
var callerLabels = []string{"app", "service_name", "service", "app_kubernetes_io_name", "job"}

func readGRPC(r *reader, labels map[string]string) (caller, callee, method, why string) {
	for _, label := range callerLabels {
		if caller = labels[label]; caller != "" {
			break
		}
	}
	callee = r.ServiceOf(labels["grpc_service"])
	if caller == "" {
		return "", callee, "", "no label says which service calls"
	}
	if callee == "" {
		return "", "", "", "no service is known to serve " + labels["grpc_service"] + "; say so by serves in the settings"
	}
	return caller, callee, labels["grpc_method"], ""
}
