list(APPEND sources proxy/client_connection.cpp proxy/client_opening.cpp proxy/exchange.cpp proxy/relay.cpp proxy/relay_bytes.cpp
     proxy/relay_endings.cpp proxy/relay_record.cpp proxy/relay_store.cpp)
