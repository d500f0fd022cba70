//! Materials of workshops.

use actix_web::{HttpResponse, delete, get, patch, post};
use packhorse_db::Page;
use packhorse_domain::{
    id::{self, WorkshopId},
    material::{Material, MaterialDetails, MaterialKind},
};
use packhorse_services::materials::{self, MaterialFilter};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::material_files::forget;
use crate::{
    call::{Call, PageOf, Reply, resource},
    input::{Body, PageQuery, Parameters, Patch, PathId, Query, QueryOf},
    problem::Problem,
};

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_materials)
        .service(create_material)
        .service(get_material)
        .service(update_material)
        .service(delete_material);
}

resource! { Material => "materials"; }

/// Which materials.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
struct MaterialQuery {
    /// Of this workshop.
    #[param(value_type = Option<WorkshopId>)]
    workshop: Option<WorkshopId>,
    /// Of this kind.
    #[param(inline, value_type = Option<MaterialKind>)]
    kind: Option<MaterialKind>,
    /// Whose title or summary contains this, without regard to case.
    #[param(min_length = 1, max_length = 200, pattern = "^[^\\u0000]*$")]
    q: Option<String>,
    /// Which page.
    #[param(ignore)]
    page: Page,
}

impl Query for MaterialQuery {
    fn read(from: &mut Parameters) -> Self {
        Self {
            workshop: from.take("workshop"),
            kind: from.word("kind"),
            q: from.text("q"),
            page: from.page::<id::Material>(),
        }
    }
}

/// Lists materials.
///
/// "Who has a handout?" Those of every workshop you see.
#[utoipa::path(tag = "catalog", params(MaterialQuery, PageQuery), responses((status = 200, description = "One page of materials.", body = PageOf<Material>)))]
#[get("/v1/materials")]
async fn list_materials(call: Call, query: QueryOf<MaterialQuery>) -> Result<HttpResponse, Problem> {
    let MaterialQuery { workshop, kind, q, page } = query.0;
    let filter = MaterialFilter { workshop, kind, q };
    call.list(page, move |ctx, page| materials::search(ctx, &filter, page)).await
}

/// Adds a material to a workshop.
///
/// For coordinators of its network. It stays where it is, and the address is kept; or leave
/// that empty, and upload a file of it next. What was paid for names who paid, and who made it.
#[utoipa::path(
    tag = "catalog",
    params(("id" = id::WorkshopId, Path, description = "The workshop.")),
    request_body = MaterialDetails,
    responses((status = 201, description = "The material.", body = Material))
)]
#[post("/v1/workshops/{id}/materials")]
async fn create_material(
    call: Call,
    workshop: PathId<id::Workshop>,
    body: Body<MaterialDetails>,
) -> Result<HttpResponse, Problem> {
    let input = body.0;
    call.write(move |ctx| Reply::created(&materials::create(ctx, workshop.0, input.clone())?)).await
}

/// Shows a material.
///
/// With the version that a change must name.
#[utoipa::path(tag = "catalog", params(("id" = id::MaterialId, Path, description = "The material.")), responses((status = 200, description = "The material.", body = Material)))]
#[get("/v1/materials/{id}")]
async fn get_material(call: Call, id: PathId<id::Material>) -> Result<HttpResponse, Problem> {
    call.get(move |ctx| materials::get(ctx, id.0)).await
}

/// Changes what is said of a material.
///
/// For coordinators of the workshop's network.
#[utoipa::path(
    tag = "catalog",
    params(("id" = id::MaterialId, Path, description = "The material.")),
    request_body(content = MaterialDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The material as it is now.", body = Material))
)]
#[patch("/v1/materials/{id}")]
async fn update_material(
    call: Call,
    id: PathId<id::Material>,
    patch: Patch<MaterialDetails>,
) -> Result<HttpResponse, Problem> {
    let (expected, merge) = (call.expected(), patch.merge()?);
    call.write(move |ctx| Reply::changed(&materials::update(ctx, id.0, &expected, |present| merge.apply(present))?))
        .await
}

/// Takes a material away.
///
/// For coordinators of the workshop's network. What it named elsewhere is not touched; a file that was uploaded is gone.
#[utoipa::path(tag = "catalog", params(("id" = id::MaterialId, Path, description = "The material.")), responses((status = 204, description = "It is gone.")))]
#[delete("/v1/materials/{id}")]
async fn delete_material(call: Call, id: PathId<id::Material>) -> Result<HttpResponse, Problem> {
    let expected = call.expected();
    let file = call.read(move |ctx| Ok(materials::file(ctx, id.0).ok())).await?;
    let answer = call.write(move |ctx| materials::delete(ctx, id.0, &expected).map(|()| Reply::gone())).await?;
    if let Some((_, file)) = file {
        forget(&call.app, file).await;
    }
    Ok(answer)
}
