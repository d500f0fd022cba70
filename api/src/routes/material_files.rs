//! Uploaded files of materials.

use actix_files::NamedFile;
use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse,
    dev::Payload,
    get,
    http::{StatusCode, header},
    put,
    web::{self, Data},
};
use packhorse_domain::{
    id::{self, MaterialId},
    material::{Material, MaterialFile, media_type},
};
use packhorse_services::{Error, Fault, catalog, materials};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    call::{Begun, Call, Reply},
    files::{Content, Uploaded, disposition},
    input::PathId,
    lines::essence,
    problem::{self, Problem},
    state::App,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(get_material_file)
        .service(upload_material_file)
        .service(get_material_content)
        .service(get_public_file);
}

/// A file of whatever media type it says.
struct Upload {
    media_type: String,
    content: Option<Uploaded>,
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let kind = essence(request).to_ascii_lowercase();
        let content = request.extensions_mut().remove::<Uploaded>();
        std::future::ready(if kind.len() > 100 || media_type(&kind).is_err() {
            Err(Problem::new(problem::UNSUPPORTED_MEDIA_TYPE, "the media type of the file must be said"))
        } else {
            Ok(Self { media_type: kind, content })
        })
    }
}

/// Shows what was uploaded for a material.
///
/// Its size, media type and digest.
#[utoipa::path(tag = "catalog", params(("id" = id::MaterialId, Path, description = "The material.")), responses((status = 200, description = "The file.", body = MaterialFile)))]
#[get("/v1/materials/{id}/file")]
async fn get_material_file(call: Call, id: PathId<id::Material>) -> Result<HttpResponse, Problem> {
    let (_, file) = call.read(move |ctx| materials::file(ctx, id.0)).await?;
    Ok(HttpResponse::Ok().json(file))
}

/// Uploads the file of a material.
///
/// For coordinators of the workshop's network: at most 20 MiB, in place of the one there was. From then on the material has the address
/// of the file, which everybody may fetch while material and workshop are public, and its media type and size.
#[utoipa::path(
    tag = "catalog",
    params(("id" = id::MaterialId, Path, description = "The material.")),
    request_body(
        description = "What is in it, with its media type.",
        content(
            (String = "application/octet-stream", example = "Ten questions"),
            (String = "application/pdf", example = "%PDF-1.7")
        )
    ),
    responses((status = 200, description = "The file.", body = MaterialFile))
)]
#[put("/v1/materials/{id}/file")]
async fn upload_material_file(call: Call, id: PathId<id::Material>, upload: Upload) -> Result<HttpResponse, Problem> {
    let (material, expected) = (id.0, call.expected());
    match call.begin(move |ctx| materials::may_upload(ctx, material, &expected)).await? {
        Begun::Ready(()) => {}
        Begun::Answered(answer) => return Ok(answer),
    }
    let Upload { media_type, content } = upload;
    let Some(Uploaded { file: content, sha256, bytes }) = content.filter(|content| content.bytes > 0) else {
        return Err(Error::from(Fault::new("", "empty", "there is nothing in the file")).into());
    };
    let (files, uploaded_at) = (call.app.files.clone(), call.app.clock.now());
    let file = MaterialFile { material, media_type, bytes, sha256, uploaded_at };
    let stored = web::block(move || files.put(&file, content).map(|()| file));
    let failed = |error: &dyn std::error::Error| {
        tracing::error!(%error, %material, "a file was not stored");
        Problem::new(problem::UNAVAILABLE, "the file cannot be stored at present").later(60)
    };
    let file = stored.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    let site = call.app.site()?;
    let address = format!("{}/materials/{material}/file", site.base.as_str().trim_end_matches('/'));
    let (expected, kept) = (call.expected(), file.clone());
    let (sender, replaced) = std::sync::mpsc::channel();
    let answer = call
        .write(move |ctx| {
            let (material, before) = materials::keep_file(ctx, &expected, &kept, &address)?;
            // The transaction may run again: the last word counts.
            let _ = sender.send(before);
            Reply::of(StatusCode::OK, &kept, &material)
        })
        .await?;
    if let Some(before) = replaced.try_iter().last().flatten().filter(|before| before.key() != file.key()) {
        forget(&call.app, before).await;
    }
    Ok(answer)
}

/// Removes what is in a file that nothing leads to any more.
pub(super) async fn forget(app: &App, file: MaterialFile) {
    let files = app.files.clone();
    // An outer error: the program is about to end.
    let _ = web::block(move || files.remove(&file)).await;
}

/// Gives the file of a material.
///
/// To everybody who sees the material: as an attachment with its media type, in ranges where that is asked for. Where files are in a
/// bucket, 302 leads to an address that is good for five minutes.
#[utoipa::path(
    tag = "catalog",
    params(("id" = id::MaterialId, Path, description = "The material.")),
    responses((status = 200, description = "What is in it.", content_type = "application/octet-stream", body = String), (status = 206, description = "A part of it."), (status = 302, description = "It is elsewhere."), (status = 304, description = "As before."), (status = 416, description = "There is no such part."))
)]
#[get("/v1/materials/{id}/content")]
async fn get_material_content(
    call: Call,
    id: PathId<id::Material>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (material, file) = call.read(move |ctx| materials::file(ctx, id.0)).await?;
    serve(&call.app, &request, &material, &file, "private, no-store").await
}

/// Gives the file of a material of the catalog.
///
/// As an attachment with its media type, in ranges where that is asked for. Where files are in a bucket, 302 leads to an address that
/// is good for five minutes.
#[utoipa::path(
    tag = "public",
    security(),
    params(("id" = id::MaterialId, Path, description = "The material.")),
    responses((status = 200, description = "What is in it.", content_type = "application/octet-stream", body = String), (status = 206, description = "A part of it."), (status = 302, description = "It is elsewhere."), (status = 304, description = "As before."), (status = 416, description = "There is no such part."))
)]
#[get("/materials/{id}/file")]
async fn get_public_file(
    app: Data<App>,
    id: PathId<id::Material>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let material: MaterialId = id.0;
    let (material, file) = app.db.read(move |conn| catalog::file(conn, material)).await?;
    serve(&app, &request, &material, &file, "public, max-age=1").await
}

async fn serve(
    app: &App,
    request: &HttpRequest,
    material: &Material,
    file: &MaterialFile,
    caching: &'static str,
) -> Result<HttpResponse, Problem> {
    let path = match app.files.content(material, file) {
        Content::File(path) => path,
        Content::Address(address) => {
            let mut answer = HttpResponse::Found();
            return Ok(answer
                .insert_header((header::LOCATION, address))
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .finish());
        }
    };
    let opened = web::block(move || NamedFile::open(path)).await.map_err(std::io::Error::other).flatten();
    let opened = opened.map_err(|error| {
        tracing::error!(%error, material = %file.material, "a file is not where it was stored");
        Problem::new(problem::UNAVAILABLE, "the file cannot be read at present").later(60)
    })?;
    let mut answer = opened.disable_content_disposition().into_response(request);
    let mut add = |name, value: &str| {
        if let Ok(value) = header::HeaderValue::from_str(value) {
            answer.headers_mut().insert(name, value);
        }
    };
    add(header::CONTENT_TYPE, &file.media_type);
    add(header::CONTENT_DISPOSITION, &disposition(&material.details.title));
    add(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    add(header::CACHE_CONTROL, caching);
    Ok(answer)
}
