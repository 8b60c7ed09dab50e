//! The listeners and the door over real TLS on loopback, with a real authority, real databases and real sockets.

mod crowd;
mod http;
mod mosquitto;
mod mqtt;
mod world;
