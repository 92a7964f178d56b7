//! A milter that takes every header field and every piece of the body and does nothing: what mailgauge is compared with.
//!
//! `cargo run --release --example noop_milter -- (--tcp ADDR | --unix PATH) [--noreply]`

use indymilter::{Actions, Callbacks, Config, Listener, ProtoOpts, Status};
use std::future::{pending, ready};
use std::io;

const NOREPLY: ProtoOpts = ProtoOpts::NOREPLY_CONNECT
    .union(ProtoOpts::NOREPLY_HELO)
    .union(ProtoOpts::NOREPLY_MAIL)
    .union(ProtoOpts::NOREPLY_RCPT)
    .union(ProtoOpts::NOREPLY_DATA)
    .union(ProtoOpts::NOREPLY_HEADER)
    .union(ProtoOpts::NOREPLY_EOH)
    .union(ProtoOpts::NOREPLY_BODY);

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mut tcp, mut unix, mut noreply) = (None, None, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--noreply" => noreply = true,
            "--tcp" => tcp = arguments.next(),
            "--unix" => unix = arguments.next(),
            other => return Err(io::Error::other(format!("unknown argument {other}"))),
        }
    }
    match (tcp, unix) {
        (Some(address), None) => serve(tokio::net::TcpListener::bind(address).await?, noreply).await,
        (None, Some(path)) => serve(tokio::net::UnixListener::bind(path)?, noreply).await,
        _ => Err(io::Error::other("usage: noop_milter (--tcp ADDR | --unix PATH) [--noreply]")),
    }
}

async fn serve(listener: impl Listener, noreply: bool) -> io::Result<()> {
    let status = if noreply { Status::Noreply } else { Status::Continue };
    let callbacks = Callbacks::<()>::new()
        .on_negotiate(move |cx, _, offered| {
            cx.requested_actions = Actions::empty();
            cx.requested_opts = if noreply { offered & NOREPLY } else { ProtoOpts::empty() };
            Box::pin(ready(Status::Continue))
        })
        .on_connect(move |_, _, _| Box::pin(ready(status)))
        .on_helo(move |_, _| Box::pin(ready(status)))
        .on_mail(move |_, _| Box::pin(ready(status)))
        .on_rcpt(move |_, _| Box::pin(ready(status)))
        .on_data(move |_| Box::pin(ready(status)))
        .on_header(move |_, _, _| Box::pin(ready(status)))
        .on_eoh(move |_| Box::pin(ready(status)))
        .on_body(move |_, _| Box::pin(ready(status)))
        .on_eom(|_| Box::pin(ready(Status::Continue)));
    let config = Config { max_connections: 1_000, ..Config::default() };
    indymilter::run(listener, callbacks, config, pending::<()>()).await
}
